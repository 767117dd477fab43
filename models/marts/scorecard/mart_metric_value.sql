{%- set earlier = ['previous_start', 'last_year_start'] -%}
{%- set slice = slice_by(['period_type', 'period_start', 'scope_type', 'scope_id'], touched_by=[
    changed('mart_community_kpi'),
    changed_before(earlier[0]),
    changed_before(earlier[1]),
]) -%}
{%- set metrics = numeric_columns('mart_community_kpi') -%}
{%- set keys = ['period_type', 'period_start', 'scope_type', 'scope_id', 'is_partial'] -%}
{%- set values = {
    'value': '',
    'previous_value': '__previous',
    'last_year_value': '__last_year',
} -%}
-- a partial period is compared with nothing (R19)
with periods as (
    select
        period_type,
        period_start,
        case when not is_partial then previous_start end as previous_start,
        case when not is_partial then last_year_start end as last_year_start
    from {{ ref('dim_period') }}
),

-- days of single groups are many and say little
kpis as (
    select *
    from {{ sliced_with_earlier(slice, 'mart_community_kpi', earlier) }}
    where scope_type <> 'group' or period_type <> 'day'
),

touched_kpis as (
    select * from {{ touched_rows(slice, 'kpis') }}
),

compared as (
    select
        {% for metric in metrics -%}
        touched_kpis.{{ metric }},
        previous.{{ metric }} as {{ metric }}__previous,
        last_year.{{ metric }} as {{ metric }}__last_year,
        {% endfor -%}
        touched_kpis.period_type,
        touched_kpis.period_start,
        touched_kpis.scope_type,
        touched_kpis.scope_id,
        touched_kpis.is_partial
    from touched_kpis
    inner join periods
        on
            touched_kpis.period_type = periods.period_type
            and touched_kpis.period_start = periods.period_start
    left join kpis as previous
        on
            touched_kpis.period_type = previous.period_type
            and periods.previous_start = previous.period_start
            and {{ same_scope('touched_kpis', 'previous') | indent(8) }}
    left join kpis as last_year
        on
            touched_kpis.period_type = last_year.period_type
            and periods.last_year_start = last_year.period_start
            and {{ same_scope('touched_kpis', 'last_year') | indent(8) }}
),

metric_values as (
    {{ unpivot_metrics('compared', keys, metrics, values) | indent(4) }}
),

final as (
    select
        metric_id,
        period_type,
        period_start,
        scope_type,
        scope_id,
        value,
        previous_value,
        case when previous_value > 0 then value / previous_value - 1 end as previous_change_rate,
        last_year_value,
        case when last_year_value > 0 then value / last_year_value - 1 end as last_year_change_rate,
        is_partial
    from metric_values
)

select * from final
{{ stored_in_order_of(['metric_id', 'scope_type']) }}
