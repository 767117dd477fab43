{%- set first_in = first_in_periods('paid_date', 'previous_paid_date') -%}
{%- set slice = slice_by_scope_periods([
    changed_in_periods('int_buyer_days', 'paid_date'),
    changed_together(
        'fct_order',
        'bridge_group_scope',
        third='bridge_date_period',
        on='one.attributed_group_id = other.group_id and one.paid_date = third.date',
        columns=['third.period_type', 'third.period_start', 'other.scope_type', 'other.scope_id'],
        condition="one.is_paid_order and third.period_type <> 'all'",
    ),
]) -%}
with scope_periods as (
    select * from {{ sliced(slice, 'fct_scope_period') }}
),

date_periods as (
    select * from {{ sliced(slice, 'bridge_date_period', keys=['period_type', 'period_start']) }}
    where period_type <> 'all'
),

group_scopes as (
    select * from {{ ref('bridge_group_scope') }}
),

buyer_days as (
    select * from {{ ref('int_buyer_days') }}
),

orders as (
    select *
    from {{ ref('fct_order') }}
    where is_paid_order and attributed_group_id is not null
),

group_days as (
    select
        attributed_group_id as group_id,
        paid_date,
        sum(net_sales) as net_sales
    from orders
    group by attributed_group_id, paid_date
),

-- A buyer counts once in a period: on the first of its days in it.
scope_days as (
    select
        scope_type,
        scope_id,
        paid_date as date,
        sum(orders) as orders,
        count(*) as buyers,
        {% for flag, value in first_in.items() -%}
        sum({{ value }}) as {{ flag }},
        {% endfor -%}
        sum(first_orders) as first_orders,
        sum(gross_sales) as gross_sales,
        sum(net_sales) as net_sales,
        sum(net_sales_with_cost) as net_sales_with_cost,
        sum(cost_of_goods) as cost_of_goods,
        null as attributed_net_sales
    from buyer_days
    group by scope_type, scope_id, paid_date

    union all

    select
        group_scopes.scope_type,
        group_scopes.scope_id,
        group_days.paid_date as date,
        0 as orders,
        0 as buyers,
        {% for flag in first_in -%}
        0 as {{ flag }},
        {% endfor -%}
        0 as first_orders,
        null as gross_sales,
        null as net_sales,
        null as net_sales_with_cost,
        null as cost_of_goods,
        sum(group_days.net_sales) as attributed_net_sales
    from group_days
    inner join group_scopes
        on group_days.group_id = group_scopes.group_id
    group by group_scopes.scope_type, group_scopes.scope_id, group_days.paid_date
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
        cast(sales.cost_of_goods as decimal(38, 10)) as cost_of_goods,
        cast(coalesce(sales.attributed_net_sales, 0) as decimal(18, 2)) as attributed_net_sales
    from scope_periods
    left join sales
        on
            {{ same_scope_period('scope_periods', 'sales') | indent(8) }}
)

select * from final
