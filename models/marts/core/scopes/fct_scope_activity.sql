with scope_periods as (
    select * from {{ ref('fct_scope_period') }}
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

membership_days as (
    select * from {{ ref('fct_scope_membership_day') }}
),

activity_days as (
    select * from {{ ref('fct_scope_activity_day') }}
),

active_days as (
    select * from {{ ref('fct_active_day') }}
),

scope_days as (
    select
        activity_days.scope_type,
        activity_days.scope_id,
        activity_days.date,
        activity_days.messages,
        activity_days.staff_messages,
        activity_days.active_members,
        {{ rate('activity_days.active_members', 'membership_days.members_present') }}
            as interaction_rate
    from activity_days
    inner join membership_days
        on
            {{ same_scope('activity_days', 'membership_days') | indent(8) }}
            and activity_days.date = membership_days.date
),

flows as (
    select
        date_periods.period_type,
        date_periods.period_start,
        scope_days.scope_type,
        scope_days.scope_id,
        cast(sum(scope_days.messages) as bigint) as messages,
        cast(sum(scope_days.staff_messages) as bigint) as staff_messages,
        cast(sum(scope_days.active_members) as bigint) as active_member_days,
        avg(scope_days.interaction_rate) as interaction_rate
    from scope_days
    inner join date_periods
        on scope_days.date = date_periods.date
    group by 1, 2, 3, 4
),

-- A member counts once in a period: on the first of its active days in it.
active as (
    select
        date_periods.period_type,
        date_periods.period_start,
        active_days.scope_type,
        active_days.scope_id,
        count(*) as active_members
    from active_days
    inner join date_periods
        on active_days.active_date = date_periods.date
    where
        active_days.previous_active_date is null
        or active_days.previous_active_date < date_periods.period_start
    group by 1, 2, 3, 4
),

final as (
    select
        scope_periods.period_type,
        scope_periods.period_start,
        scope_periods.scope_type,
        scope_periods.scope_id,
        flows.messages,
        flows.staff_messages,
        coalesce(active.active_members, 0) as active_members,
        flows.active_member_days,
        flows.interaction_rate,
        activity_days.active_members_28d,
        activity_days.active_member_days_28d
    from scope_periods
    inner join flows
        on
            {{ same_scope_period('scope_periods', 'flows') | indent(8) }}
    left join active
        on
            {{ same_scope_period('scope_periods', 'active') | indent(8) }}
    inner join activity_days
        on
            {{ same_scope('scope_periods', 'activity_days') | indent(8) }}
            and scope_periods.effective_end = activity_days.date
)

select * from final
