{%- set window_days = 28 -%}
{%- set slice = slice_by_running_days(['scope_type', 'scope_id', 'date'], touched_by=[
    changed('int_scope_message_days'),
    changed_together(
        'dim_scope',
        'dim_date',
        on='one.first_date <= other.date',
        columns=['one.scope_type', 'one.scope_id', 'other.date'],
    ),
]) -%}
with dates as (
    select * from {{ ref('dim_date') }}
),

scopes as (
    select * from {{ ref('dim_scope') }}
),

message_days as (
    select * from {{ ref('int_scope_message_days') }}
),

-- Every change of a scope, and a row of zeros for each of its days. A member leaves the window
-- 28 days after a day of its own, unless it was active again before.
changes as (
    select
        scope_type,
        scope_id,
        date,
        messages,
        staff_messages,
        active_members,
        comers as window_members,
        active_members as window_member_days,
        case when active_members > 0 then date end as last_active_date
    from message_days
    where {{ is_since_begun(slice, 'date') }}

    union all

    select
        scope_type,
        scope_id,
        {{ add_days('date', window_days) }} as date,
        0 as messages,
        0 as staff_messages,
        0 as active_members,
        -goers as window_members,
        -active_members as window_member_days,
        null as last_active_date
    from message_days
    where {{ is_since_begun(slice, add_days('date', window_days)) }}

    union all

    select
        scopes.scope_type,
        scopes.scope_id,
        dates.date,
        0 as messages,
        0 as staff_messages,
        0 as active_members,
        0 as window_members,
        0 as window_member_days,
        null as last_active_date
    from scopes
    inner join dates
        on scopes.first_date <= dates.date
    where {{ is_since_begun(slice, 'dates.date') }}
),

daily as (
    select
        scope_type,
        scope_id,
        date,
        cast(sum(messages) as bigint) as messages,
        cast(sum(staff_messages) as bigint) as staff_messages,
        cast(sum(active_members) as bigint) as active_members,
        cast(sum(window_members) as bigint) as window_members,
        cast(sum(window_member_days) as bigint) as window_member_days,
        max(last_active_date) as last_active_date
    from {{ carried_on(slice, 'changes', {
        'window_members': 'active_members_28d',
        'window_member_days': 'active_member_days_28d',
        'last_active_date': 'last_active_date',
    }) }}
    group by scope_type, scope_id, date
),

running as (
    select
        scope_type,
        scope_id,
        date,
        messages,
        staff_messages,
        active_members,
        {{ running_sum('window_members') }} as active_members_28d,
        {{ running_sum('window_member_days') }} as active_member_days_28d,
        max(last_active_date) over (
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
