{%- set slice = slice_by_scope_periods([changed_in_periods('int_scope_sales_days')]) -%}
with scope_periods as (
    select * from {{ sliced(slice, 'int_scope_periods') }}
),

date_periods as (
    select * from {{ sliced(slice, 'bridge_date_period', keys=['period_type', 'period_start']) }}
    where period_type <> 'all'
),

scope_days as (
    select * from {{ ref('int_scope_sales_days') }}
),

period_days as (
    select
        date_periods.period_type,
        date_periods.period_start,
        scope_days.*
    from scope_days
    inner join date_periods
        on scope_days.date = date_periods.date
),

sales as (
    select
        period_type,
        period_start,
        scope_type,
        scope_id,
        sum(orders) as orders,
        {{ people_of_period('period_type', 'buyers') }} as buyers,
        sum(first_orders) as first_time_buyers,
        sum(gross_sales) as gross_sales,
        sum(net_sales) as net_sales,
        sum(net_sales_with_cost) as net_sales_with_cost,
        sum(cost_of_goods) as cost_of_goods,
        sum(attributed_net_sales) as attributed_net_sales
    from {{ touched_rows(slice, 'period_days') }}
    group by period_type, period_start, scope_type, scope_id
),

final as (
    select
        scope_periods.period_type,
        scope_periods.period_start,
        scope_periods.scope_type,
        scope_periods.scope_id,
        cast(coalesce(sales.orders, 0) as bigint) as orders,
        cast(coalesce(sales.buyers, 0) as bigint) as buyers,
        cast(coalesce(sales.first_time_buyers, 0) as bigint) as first_time_buyers,
        cast(coalesce(sales.gross_sales, 0) as decimal(18, 2)) as gross_sales,
        cast(coalesce(sales.net_sales, 0) as decimal(18, 2)) as net_sales,
        cast(coalesce(sales.net_sales_with_cost, 0) as decimal(18, 2)) as net_sales_with_cost,
        cast(sales.cost_of_goods as decimal(38, 9)) as cost_of_goods,
        cast(coalesce(sales.attributed_net_sales, 0) as decimal(18, 2)) as attributed_net_sales
    from scope_periods
    left join sales
        on
            {{ same_scope_period('scope_periods', 'sales') | indent(8) }}
)

select * from final
