{%- set slice = slice_by_days(
    ['scope_type', 'scope_id', 'member_id', 'paid_date'],
    previous='previous_paid_date',
    next='next_paid_date',
    touched_by=[changed_together(
        'fct_order',
        'bridge_order_scope',
        on='one.order_id = other.order_id',
        columns=['other.scope_type', 'other.scope_id', 'one.member_id', 'one.paid_date'],
        condition='one.is_paid_order',
    )],
) -%}
with orders as (
    select * from {{ sliced(slice, 'fct_order', keys=['member_id', 'paid_date']) }}
    where is_paid_order
),

order_scopes as (
    select * from {{ ref('bridge_order_scope') }}
),

buyer_days as (
    select
        order_scopes.scope_type,
        order_scopes.scope_id,
        orders.member_id,
        orders.paid_date,
        count(*) as orders,
        count(*) filter (where orders.is_first_paid_order) as first_orders,
        sum(orders.paid_amount) as gross_sales,
        sum(orders.net_sales) as net_sales,
        sum(orders.net_sales) filter (where orders.cost_of_goods is not null)
            as net_sales_with_cost,
        sum(orders.cost_of_goods) as cost_of_goods
    from order_scopes
    inner join orders
        on order_scopes.order_id = orders.order_id
    group by 1, 2, 3, 4
),

final as (
    select
        scope_type,
        scope_id,
        member_id,
        paid_date,
        orders,
        first_orders,
        cast(gross_sales as decimal(18, 2)) as gross_sales,
        cast(net_sales as decimal(18, 2)) as net_sales,
        cast(net_sales_with_cost as decimal(18, 2)) as net_sales_with_cost,
        cast(cost_of_goods as decimal(18, 9)) as cost_of_goods,
        lag(paid_date) over (
            partition by scope_type, scope_id, member_id
            order by paid_date
        ) as previous_paid_date,
        lead(paid_date) over (
            partition by scope_type, scope_id, member_id
            order by paid_date
        ) as next_paid_date
    from {{ with_neighbours(slice, 'buyer_days') }}
)

select * from final
