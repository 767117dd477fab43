{%- set slice = slice_by(['order_id'], touched_by=[
    changed('int_orders'),
    changed('int_order_groups'),
    changed('int_first_orders'),
]) -%}
with orders as (
    select * from {{ sliced(slice, 'int_orders') }}
),

first_orders as (
    select order_id from {{ sliced(slice, 'int_first_orders') }}
),

attributed_groups as (
    select
        order_id,
        group_id
    from {{ sliced(slice, 'int_order_groups') }}
    where is_attributed
),

final as (
    select
        orders.order_id,
        orders.shop_id,
        orders.member_id,
        orders.ordered_at,
        orders.paid_at,
        orders.paid_date,
        orders.order_status,
        orders.goods_amount,
        orders.discount_amount,
        orders.freight_amount,
        orders.paid_amount,
        orders.refund_amount,
        orders.net_sales,
        orders.cost_of_goods,
        orders.is_paid_order,
        first_orders.order_id is not null as is_first_paid_order,
        attributed_groups.group_id is not null as is_in_community,
        attributed_groups.group_id as attributed_group_id,
        orders.group_id,
        orders.channel_id,
        orders.activity_id,
        orders.live_id,
        orders.sharer_id,
        orders.staff_id
    from orders
    left join first_orders on orders.order_id = first_orders.order_id
    left join attributed_groups on orders.order_id = attributed_groups.order_id
)

select * from final
