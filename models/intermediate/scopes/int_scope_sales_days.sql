{%- set first_in = first_in_periods('paid_date', 'previous_paid_date') -%}
{%- set slice = slice_by(['scope_type', 'scope_id', 'date'], touched_by=[
    changed_sums(
        'int_buyer_days',
        by=[
            'scope_type', 'scope_id', 'paid_date', 'member_id', 'previous_paid_date', 'orders',
            'first_orders', 'gross_sales', 'net_sales', 'net_sales_with_cost', 'cost_of_goods',
        ],
        values=['1'],
        columns=['one.scope_type', 'one.scope_id', 'one.paid_date'],
    ),
    changed_together(
        'fct_order',
        'bridge_group_scope',
        on='one.attributed_group_id = other.group_id',
        columns=['other.scope_type', 'other.scope_id', 'one.paid_date'],
        condition='one.is_paid_order',
    ),
]) -%}
with buyer_days as (
    select * from {{ sliced(slice, 'int_buyer_days', ['scope_type', 'scope_id', 'paid_date']) }}
),

group_scopes as (
    select * from {{ ref('bridge_group_scope') }}
),

orders as (
    select *
    from {{ sliced(slice, 'fct_order', ['paid_date'], keys=['date']) }}
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
counted as (
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

final as (
    select
        scope_type,
        scope_id,
        date,
        cast(sum(orders) as bigint) as orders,
        cast(sum(buyers) as bigint) as buyers,
        {% for flag in first_in -%}
        cast(sum({{ flag }}) as bigint) as {{ flag }},
        {% endfor -%}
        cast(sum(first_orders) as bigint) as first_orders,
        cast(sum(gross_sales) as decimal(18, 2)) as gross_sales,
        cast(sum(net_sales) as decimal(18, 2)) as net_sales,
        cast(sum(net_sales_with_cost) as decimal(18, 2)) as net_sales_with_cost,
        cast(sum(cost_of_goods) as decimal(38, 9)) as cost_of_goods,
        cast(sum(attributed_net_sales) as decimal(18, 2)) as attributed_net_sales
    from counted
    group by scope_type, scope_id, date
)

select * from final
