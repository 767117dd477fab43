-- Every number of mart_community_kpi in long form, with the period before and a year before (R19). Unpivoted first:
-- joining the long rows costs less than carrying sixty columns three times.

create temp table kpi_number as
select period, scope, metric_id, value
from (
    unpivot (
        select
            period,
            scope,
            columns(* exclude (
                period, scope, period_type, period_start, period_end, scope_type, scope_id, is_partial
            ))::double
        from kpi
        where scope_type <> 'group' or period_type <> 'day'
    )
    on columns(* exclude (period, scope))
    into name metric_id value value
);

create table marts.mart_metric_value as
with compared_period as (
    select
        period.period,
        period.period_type,
        period.period_start,
        period.is_partial,
        previous.period as previous,
        last_year.period as last_year
    from period
    left join period as previous
        on period.period_type = previous.period_type
        and period.previous_start = previous.period_start
        and not period.is_partial
    left join period as last_year
        on period.period_type = last_year.period_type
        and period.last_year_start = last_year.period_start
        and not period.is_partial
)
select
    numbers.metric_id,
    compared_period.period_type,
    compared_period.period_start,
    scope.scope_type,
    scope.scope_id,
    numbers.value,
    previous.value as previous_value,
    case when previous.value > 0 then numbers.value / previous.value - 1 end as previous_change_rate,
    last_year.value as last_year_value,
    case when last_year.value > 0 then numbers.value / last_year.value - 1 end as last_year_change_rate,
    compared_period.is_partial
from kpi_number as numbers
inner join compared_period on numbers.period = compared_period.period
inner join scope on numbers.scope = scope.scope
left join kpi_number as previous
    on compared_period.previous = previous.period
    and numbers.scope = previous.scope
    and numbers.metric_id = previous.metric_id
left join kpi_number as last_year
    on compared_period.last_year = last_year.period
    and numbers.scope = last_year.scope
    and numbers.metric_id = last_year.metric_id;
