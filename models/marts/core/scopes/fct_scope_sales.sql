with scope_periods as (
    select * from {{ ref('fct_scope_period') }}
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

group_scopes as (
    select * from {{ ref('bridge_group_scope') }}
),

orders as (
    select *
    from {{ ref('fct_order') }}
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

buyer_days_in_order as (
    select
        *,
        lag(paid_date) over (
            partition by scope_type, scope_id, member_id
            order by paid_date
        ) as previous_paid_date
    from buyer_days
),

-- A buyer counts once in a period: on the first of its days in it.
sales as (
    select
        date_periods.period_type,
        date_periods.period_start,
        days.scope_type,
        days.scope_id,
        sum(days.orders) as orders,
        count(*) filter (
            where days.previous_paid_date is null
            or days.previous_paid_date < date_periods.period_start
        ) as buyers,
        sum(days.first_orders) as first_time_buyers,
        sum(days.gross_sales) as gross_sales,
        sum(days.net_sales) as net_sales,
        sum(days.net_sales_with_cost) as net_sales_with_cost,
        sum(days.cost_of_goods) as cost_of_goods
    from buyer_days_in_order as days
    inner join date_periods
        on days.paid_date = date_periods.date
    group by 1, 2, 3, 4
),

attributed_sales as (
    select
        date_periods.period_type,
        date_periods.period_start,
        group_scopes.scope_type,
        group_scopes.scope_id,
        sum(orders.net_sales) as net_sales
    from orders
    inner join group_scopes
        on orders.attributed_group_id = group_scopes.group_id
    inner join date_periods
        on orders.paid_date = date_periods.date
    group by 1, 2, 3, 4
),

final as (
    select
        scope_periods.period_type,
        scope_periods.period_start,
        scope_periods.scope_type,
        scope_periods.scope_id,
        cast(coalesce(sales.orders, 0) as bigint) as orders,
        coalesce(sales.buyers, 0) as buyers,
        cast(coalesce(sales.first_time_buyers, 0) as bigint) as first_time_buyers,
        cast(coalesce(sales.gross_sales, 0) as decimal(18, 2)) as gross_sales,
        cast(coalesce(sales.net_sales, 0) as decimal(18, 2)) as net_sales,
        cast(coalesce(sales.net_sales_with_cost, 0) as decimal(18, 2)) as net_sales_with_cost,
        cast(sales.cost_of_goods as decimal(38, 10)) as cost_of_goods,
        cast(coalesce(attributed_sales.net_sales, 0) as decimal(18, 2)) as attributed_net_sales
    from scope_periods
    left join sales
        on
            {{ same_scope_period('scope_periods', 'sales') | indent(8) }}
    left join attributed_sales
        on
            {{ same_scope_period('scope_periods', 'attributed_sales') | indent(8) }}
)

select * from final
