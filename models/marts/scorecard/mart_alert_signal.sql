with reporting_window as (
    select * from {{ ref('dim_reporting_window') }}
),

rules as (
    select * from {{ ref('alert_rules') }}
),

kpis as (
    select * from {{ ref('mart_community_kpi') }}
    where scope_type in ('all', 'group')
),

groups as (
    select * from {{ ref('dim_group') }}
),

exits as (
    select * from {{ ref('mart_exit_anomaly') }}
    where is_anomaly
),

service_weeks as (
    select * from {{ ref('mart_staff_service') }}
    where period_type = 'week'
),

-- without a window every mart is empty (R1)
landings as (
    select
        landed.*,
        landed.system || '/' || landed.entity as scope_id,
        row_number() over (
            partition by landed.system, landed.entity
            order by landed.landed_date
        ) as landing_number,
        lead(landed.landed_date) over (
            partition by landed.system, landed.entity
            order by landed.landed_date
        ) as next_landed_date
    from {{ ref('fct_landing') }} as landed
    cross join reporting_window
),

active_weeks as (
    select
        scope_type,
        scope_id,
        period_start,
        active_members,
        sum(active_members) over (
            partition by scope_type, scope_id
            order by period_start
            rows between 4 preceding and 1 preceding
        ) as active_members_before,
        count(*) over (
            partition by scope_type, scope_id
            order by period_start
            rows between 4 preceding and 1 preceding
        ) as weeks_before
    from kpis
    where period_type = 'week'
),

community_signals as (
    select
        rules.alert_kind,
        'group' as scope_type,
        exits.group_id as scope_id,
        1 as step_days,
        exits.date as signal_date,
        exits.leaves as value,
        exits.baseline_median as base,
        cast(exits.leaves as double) as badness,
        exits.leaves >= rules.critical_threshold as is_critical
    from exits
    inner join rules on rules.alert_kind = 'mass_exit'

    union all

    select
        rules.alert_kind,
        active_weeks.scope_type,
        active_weeks.scope_id,
        7 as step_days,
        {{ add_days('active_weeks.period_start', 6) }} as signal_date,
        active_weeks.active_members as value,
        active_weeks.active_members_before / 4.0 as base,
        -{{ rate('active_weeks.active_members', 'active_weeks.active_members_before') }}
            as badness,
        4 * active_weeks.active_members
        < rules.critical_threshold * active_weeks.active_members_before as is_critical
    from active_weeks
    inner join rules on rules.alert_kind = 'active_drop'
    left join groups
        on active_weeks.scope_id = groups.group_id and active_weeks.scope_type = 'group'
    -- who dissolved a group knows why it is silent
    where
        (
            groups.dissolved_date is null
            or groups.dissolved_date > {{ add_days('active_weeks.period_start', 6) }}
        )
        and active_weeks.weeks_before = 4
        and active_weeks.active_members_before >= 4 * rules.minimum
        and 4 * active_weeks.active_members < rules.threshold * active_weeks.active_members_before

    union all

    select
        rules.alert_kind,
        'owner' as scope_type,
        service_weeks.staff_id as scope_id,
        7 as step_days,
        {{ add_days('service_weeks.period_start', 6) }} as signal_date,
        service_weeks.within_sla_rate as value,
        service_weeks.turns as base,
        -service_weeks.within_sla_rate as badness,
        service_weeks.within_sla_rate < rules.critical_threshold as is_critical
    from service_weeks
    inner join rules on rules.alert_kind = 'sla_breach'
    where
        service_weeks.turns >= rules.minimum
        and service_weeks.within_sla_rate < rules.threshold

    union all

    select
        rules.alert_kind,
        kpis.scope_type,
        kpis.scope_id,
        1 as step_days,
        kpis.period_start as signal_date,
        kpis.members_end as value,
        cast(null as double) as base,
        0 as badness,
        false as is_critical
    from kpis
    inner join rules on rules.alert_kind = 'zombie_group'
    where kpis.period_type = 'day' and kpis.scope_type = 'group' and kpis.zombie_groups > 0
),

-- an unfinished week says nothing yet
finished_signals as (
    select
        community_signals.*,
        {{ days_between("cast('1970-01-05' as date)", 'community_signals.signal_date') }}
            as step_number,
        case
            when
                {{ add_days('community_signals.signal_date', 'community_signals.step_days') }}
                <= reporting_window.as_of_date
                then
                    {{ add_days('community_signals.signal_date', 'community_signals.step_days') }}
        end as next_date
    from community_signals
    inner join reporting_window
        on community_signals.signal_date <= reporting_window.as_of_date
),

landing_signals as (
    select
        rules.alert_kind,
        landings.scope_id,
        landings.landed_date as signal_date,
        landings.next_landed_date as next_date,
        landings.landing_number as step_number,
        landings.rows_read as base,
        case
            when rules.alert_kind = 'data_late' then landings.rows_late
            else landings.rows_open
        end as value,
        case
            when rules.alert_kind = 'data_late' then cast(landings.rows_late as double)
            else {{ rate('landings.rows_open', 'landings.rows_read') }}
        end as badness,
        case
            when rules.alert_kind = 'data_late' then false
            else
                landings.rows_open >= rules.minimum
                and landings.rows_open > rules.critical_threshold * landings.rows_read
        end as is_critical
    from landings
    inner join rules
        on
            (rules.alert_kind = 'data_late' and landings.rows_late > 0)
            or (rules.alert_kind = 'quality_failed' and landings.rows_open > 0)
),

final as (
    select
        alert_kind,
        scope_type,
        scope_id,
        signal_date,
        next_date,
        cast(step_number as bigint) as step_number,
        cast(step_days as integer) as step_length,
        cast(value as double) as value,
        cast(base as double) as base,
        cast(badness as double) as badness,
        is_critical
    from finished_signals

    union all

    select
        alert_kind,
        'entity' as scope_type,
        scope_id,
        signal_date,
        next_date,
        cast(step_number as bigint) as step_number,
        1 as step_length,
        cast(value as double) as value,
        cast(base as double) as base,
        cast(badness as double) as badness,
        is_critical
    from landing_signals
)

select * from final
