-- Every day, week or landing on which a source holds the condition belongs to one alert.
with reporting_window as (
    select * from {{ ref('dim_reporting_window') }}
),

alerts as (
    select * from {{ ref('mart_alert') }}
),

covered as (
    select
        alert_kind,
        sum(steps) as steps
    from alerts
    group by alert_kind
),

held as (
    select
        'mass_exit' as alert_kind,
        count(*) as steps
    from {{ ref('mart_exit_anomaly') }}
    where is_anomaly

    union all

    select
        'zombie_group' as alert_kind,
        sum(zombie_groups) as steps
    from {{ ref('mart_community_kpi') }}
    where period_type = 'day' and scope_type = 'all'

    union all

    select
        'sla_breach' as alert_kind,
        count(*) as steps
    from {{ ref('mart_staff_service') }} as services
    inner join {{ ref('dim_period') }} as periods
        on
            services.period_type = periods.period_type
            and services.period_start = periods.period_start
    inner join {{ ref('alert_rules') }} as rules on rules.alert_kind = 'sla_breach'
    where
        services.period_type = 'week'
        and not periods.is_partial
        and services.turns >= rules.minimum
        and services.within_sla_rate < rules.threshold

    union all

    select
        'quality_failed' as alert_kind,
        count(*) as steps
    from {{ ref('fct_landing') }} as landings
    cross join reporting_window
    where landings.rows_open > 0

    union all

    select
        'data_late' as alert_kind,
        count(*) as steps
    from {{ ref('mart_data_quality') }} as qualities
    cross join reporting_window
    where qualities.rows_late > 0
)

select
    held.alert_kind,
    held.steps as steps_of_source,
    covered.steps as steps_of_alerts
from held
left join covered on held.alert_kind = covered.alert_kind
where coalesce(held.steps, 0) <> coalesce(covered.steps, 0)
