{%- set window_days = 28 -%}
{%- set measures = [
    'messages', 'staff_messages', 'active_members', 'window_members', 'window_member_days',
] -%}
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

-- A member leaves the window 28 days after a day of its own, unless it was active again before.
expiring_days as (
    select
        scope_type,
        scope_id,
        messages,
        active_date,
        {{ add_days('active_date', window_days) }} as day_expires_on,
        case
            when next_active_date < {{ add_days('active_date', window_days) }}
                then next_active_date
            else {{ add_days('active_date', window_days) }}
        end as member_expires_on
    from active_days
),

staff_days as (
    select
        group_id,
        sent_date,
        count(*) as staff_messages
    from messages
    where is_staff_message
    group by group_id, sent_date
),

scope_staff_days as (
    select
        group_scopes.scope_type,
        group_scopes.scope_id,
        staff_days.sent_date,
        staff_days.staff_messages
    from staff_days
    inner join group_scopes
        on staff_days.group_id = group_scopes.group_id
),

scope_dates as (
    select
        scopes.scope_type,
        scopes.scope_id,
        dates.date
    from scopes
    inner join dates
        on scopes.first_date <= dates.date
),

-- Every change of a scope, and a row of zeros for each of its days.
changes as (
    {{ scope_changes('expiring_days', 'active_date', measures, {
        'messages': 'sum(messages)',
        'active_members': 'count(*)',
        'window_members': 'count(*)',
        'window_member_days': 'count(*)',
    }) | indent(4) }}
    union all
    {{ scope_changes('expiring_days', 'member_expires_on', measures, {
        'window_members': '-count(*)',
    }) | indent(4) }}
    union all
    {{ scope_changes('expiring_days', 'day_expires_on', measures, {
        'window_member_days': '-count(*)',
    }) | indent(4) }}
    union all
    {{ scope_changes('scope_staff_days', 'sent_date', measures, {
        'staff_messages': 'sum(staff_messages)',
    }) | indent(4) }}
    union all
    {{ scope_changes('scope_dates', 'date', measures, {}) | indent(4) }}
),

daily as (
    select
        {% for measure in measures -%}
        cast(sum({{ measure }}) as bigint) as {{ measure }},
        {% endfor -%}
        scope_type,
        scope_id,
        date
    from changes
    group by scope_type, scope_id, date
),

running as (
    select
        *,
        {{ running_sum('window_members') }} as active_members_28d,
        {{ running_sum('window_member_days') }} as active_member_days_28d,
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
        running.active_members_28d,
        running.active_member_days_28d,
        running.last_active_date
    from running
    inner join dates
        on running.date = dates.date
)

select * from final
