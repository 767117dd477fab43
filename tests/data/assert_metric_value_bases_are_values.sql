{%- set period = ['period_type', 'period_start'] -%}
-- R19: a base is the metric's own value in the period before, or a year before; none for a partial
-- period. Groups, by far the most rows, take the same way as the wider scopes and are left out.
with periods as (
    select
        period_type,
        period_start,
        case when not is_partial then previous_start end as previous_start,
        case when not is_partial then last_year_start end as last_year_start
    from {{ ref('dim_period') }}
),

tested_values as (
    select *
    from {{ tested_rows('mart_metric_value', period) }}
    where scope_type <> 'group'
),

tested_periods as (
    {{ rows_in('periods', period, 'tested_values', period) }}
),

base_periods as (
    select
        period_type,
        previous_start as period_start
    from tested_periods
    union
    select
        period_type,
        last_year_start as period_start
    from tested_periods
),

metric_values as (
    select *
    from ({{ rows_in(ref('mart_metric_value'), period, 'base_periods', period) }}) as bases
    where scope_type <> 'group'
)

select
    metric_values.metric_id,
    metric_values.period_type,
    metric_values.period_start,
    metric_values.scope_type,
    metric_values.scope_id
from tested_values as metric_values
inner join periods
    on
        metric_values.period_type = periods.period_type
        and metric_values.period_start = periods.period_start
left join metric_values as previous
    on
        metric_values.metric_id = previous.metric_id
        and metric_values.period_type = previous.period_type
        and periods.previous_start = previous.period_start
        and {{ same_scope('metric_values', 'previous') | indent(8) }}
left join metric_values as last_year
    on
        metric_values.metric_id = last_year.metric_id
        and metric_values.period_type = last_year.period_type
        and periods.last_year_start = last_year.period_start
        and {{ same_scope('metric_values', 'last_year') | indent(8) }}
where
    metric_values.previous_value is distinct from previous.value
    or metric_values.last_year_value is distinct from last_year.value
    or (metric_values.previous_change_rate is null) <> (coalesce(previous.value, 0) <= 0)
    or (metric_values.last_year_change_rate is null) <> (coalesce(last_year.value, 0) <= 0)
