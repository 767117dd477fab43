with orders as (
    select * from {{ ref('int_orders') }}
),

attributed_groups as (
    select
        order_id,
        group_id
    from {{ ref('int_order_groups') }}
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
        orders.is_first_paid_order,
        attributed_groups.group_id is not null as is_in_community,
        attributed_groups.group_id as attributed_group_id,
        orders.group_id,
        orders.channel_id,
        orders.activity_id,
        orders.live_id,
        orders.sharer_id,
        orders.staff_id
    from orders
    left join attributed_groups on orders.order_id = attributed_groups.order_id
)

select * from final
