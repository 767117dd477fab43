{% set window_days = 28 %}

with dates as (
    select * from {{ ref('dim_date') }}
),

scopes as (
    select * from {{ ref('dim_scope') }}
),

group_scopes as (
    select * from {{ ref('bridge_group_scope') }}
),

active_days as (
    select * from {{ ref('fct_active_day') }}
),

messages as (
    select * from {{ ref('fct_message') }}
),

staff_days as (
    select
        group_id,
        sent_date as date,
        count(*) as staff_messages
    from messages
    where is_staff_message
    group by 1, 2
),

active as (
    select
        scope_type,
        scope_id,
        active_date as date,
        sum(messages) as messages,
        count(*) as active_members
    from active_days
    group by 1, 2, 3
),

-- A member leaves the window 28 days after a day of its own, unless it was active again before.
expired as (
    select
        scope_type,
        scope_id,
        case
            when next_active_date < {{ add_days('active_date', window_days) }}
                then next_active_date
            else {{ add_days('active_date', window_days) }}
        end as date,
        count(*) as members
    from active_days
    group by 1, 2, 3
),

changes as (
    select
        scope_type,
        scope_id,
        date,
        messages,
        0 as staff_messages,
        active_members,
        active_members as window_members,
        active_members as window_member_days
    from active
    union all
    select
        scope_type,
        scope_id,
        {{ add_days('date', window_days) }} as date,
        0, 0, 0, 0,
        -active_members
    from active
    union all
    select
        scope_type,
        scope_id,
        date,
        0, 0, 0,
        -members,
        0
    from expired
    union all
    select
        group_scopes.scope_type,
        group_scopes.scope_id,
        staff_days.date,
        0,
        staff_days.staff_messages,
        0, 0, 0
    from staff_days
    inner join group_scopes
        on staff_days.group_id = group_scopes.group_id
    union all
    select
        scopes.scope_type,
        scopes.scope_id,
        dates.date,
        0, 0, 0, 0, 0
    from scopes
    inner join dates
        on scopes.first_date <= dates.date
),

daily as (
    select
        scope_type,
        scope_id,
        date,
        cast(sum(messages) as bigint) as messages,
        cast(sum(staff_messages) as bigint) as staff_messages,
        cast(sum(active_members) as bigint) as active_members,
        sum(window_members) as window_members,
        sum(window_member_days) as window_member_days
    from changes
    group by 1, 2, 3
),

running as (
    select
        *,
        sum(window_members) over (
            partition by scope_type, scope_id
            order by date
        ) as active_members_28d,
        sum(window_member_days) over (
            partition by scope_type, scope_id
            order by date
        ) as active_member_days_28d,
        max(case when active_members > 0 then date end) over (
            partition by scope_type, scope_id
            order by date
        ) as last_active_date
    from daily
),

final as (
    select
        running.scope_type,
        running.scope_id,
        running.date,
        running.messages,
        running.staff_messages,
        running.active_members,
        cast(running.active_members_28d as bigint) as active_members_28d,
        cast(running.active_member_days_28d as bigint) as active_member_days_28d,
        running.last_active_date
    from running
    inner join dates
        on running.date = dates.date
)

select * from final
