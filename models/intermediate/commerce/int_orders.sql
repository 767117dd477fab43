{%- set slice = slice_by(['order_id'], touched_by=[
    changed('int_all_orders'),
    changed('int_all_order_items'),
    changed('int_all_products', key='product_id', via='int_all_order_items'),
    changed('int_all_refunds'),
    changed_people('int_all_orders', ['member_id', 'sharer_id']),
    counted_since('int_all_orders', ['ordered_at', 'paid_at']),
    counted_since('int_all_refunds', ['refunded_at']),
]) -%}
with orders as (
    select * from {{ sliced(slice, 'int_all_orders') }}
),

order_items as (
    select * from {{ sliced(slice, 'int_all_order_items') }}
),

products as (
    select * from {{ ref('int_all_products') }}
),

refunds as (
    select * from {{ sliced(slice, 'int_all_refunds') }}
),

identities as (
    select * from {{ ref('int_identities') }}
),

non_customers as (
    select * from {{ ref('int_non_customers') }}
),

reporting_window as (
    select * from {{ ref('int_reporting_window') }}
),

resolved as (
    select
        orders.order_id,
        orders.shop_id,
        {{ resolved('orders.member_id', 'buyers') }} as member_id,
        orders.ordered_at,
        case
            when orders.paid_at < reporting_window.counted_before then orders.paid_at
        end as paid_at,
        orders.order_status,
        orders.goods_amount,
        orders.discount_amount,
        orders.freight_amount,
        orders.paid_amount,
        orders.group_id,
        orders.channel_id,
        orders.activity_id,
        orders.live_id,
        {{ resolved('orders.sharer_id', 'sharers') }} as sharer_id,
        orders.staff_id
    from orders
    cross join reporting_window
    left join identities as buyers on orders.member_id = buyers.id_value
    left join identities as sharers on orders.sharer_id = sharers.id_value
    where
        orders.ordered_at < reporting_window.counted_before
        or orders.paid_at < reporting_window.counted_before
),

order_costs as (
    select
        order_items.order_id,
        case
            when
                count(*)
                = count(
                    order_items.quantity * coalesce(order_items.unit_cost, products.unit_cost)
                )
                then sum(
                    cast(order_items.quantity as double)
                    * cast(coalesce(order_items.unit_cost, products.unit_cost) as double)
                )
        end as full_cost
    from order_items
    left join products on order_items.product_id = products.product_id
    group by order_items.order_id
),

-- two systems tell of the same money under ids of their own: the one that knows most of it counts
order_refunds as (
    select
        order_id,
        max(refunded_amount) as refunded_amount
    from (
        select
            refunds.order_id,
            sum(refunds.refund_amount) as refunded_amount
        from refunds
        cross join reporting_window
        where refunds.refunded_at < reporting_window.counted_before
        group by refunds.order_id, refunds.system
    ) as told
    group by order_id
),

with_net_sales as (
    select
        resolved.*,
        order_costs.full_cost,
        cast(
            greatest(resolved.paid_amount - coalesce(order_refunds.refunded_amount, 0), 0)
            as decimal(18, 2)
        ) as net_sales,
        resolved.paid_at is not null
        and resolved.order_status <> 'created'
        and non_customers.member_id is null as is_paid_order
    from resolved
    left join order_costs on resolved.order_id = order_costs.order_id
    left join order_refunds on resolved.order_id = order_refunds.order_id
    left join non_customers on resolved.member_id = non_customers.member_id
),

final as (
    select
        order_id,
        shop_id,
        member_id,
        ordered_at,
        paid_at,
        cast(paid_at as date) as paid_date,
        order_status,
        goods_amount,
        discount_amount,
        freight_amount,
        paid_amount,
        cast(paid_amount - net_sales as decimal(18, 2)) as refund_amount,
        net_sales,
        -- Nine decimals, so that sums of costs are exact and round once (R10), and 18 digits, since
        -- more take a hundred times as long to read: what does not fit is not known.
        cast(
            case
                when full_cost >= 100000000 then null
                when paid_amount = 0 then full_cost
                else full_cost * cast(net_sales as double) / cast(paid_amount as double)
            end as decimal(18, 9)
        ) as cost_of_goods,
        is_paid_order,
        group_id,
        channel_id,
        activity_id,
        live_id,
        sharer_id,
        staff_id
    from with_net_sales
)

select * from final
