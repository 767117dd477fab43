{%- set first_in = ['first_in_week', 'first_in_month', 'first_in_quarter', 'first_in_year'] -%}
{%- set slice = slice_by_scope_periods([
    changed_in_periods('int_scope_message_days', by=['scope_type', 'scope_id', 'date'] + first_in),
    changed_in_periods('fct_scope_membership_day'),
    changed_in_periods('fct_scope_activity_day'),
]) -%}
with scope_periods as (
    select * from {{ sliced(slice, 'int_scope_periods') }}
),

date_periods as (
    select *
    from {{ sliced(slice, 'bridge_date_period', keys=['period_type', 'period_start']) }}
    where period_type <> 'all'
),

membership_days as (
    select * from {{ sliced_on_days(slice, 'fct_scope_membership_day') }}
),

activity_days as (
    select * from {{ sliced_on_days(slice, 'fct_scope_activity_day') }}
),

message_days as (
    select * from {{ sliced_on_days(slice, 'int_scope_message_days') }}
),

scope_days as (
    select
        activity_days.scope_type,
        activity_days.scope_id,
        activity_days.date,
        activity_days.messages,
        activity_days.staff_messages,
        activity_days.active_members,
        {% for column in first_in -%}
        message_days.{{ column }},
        {% endfor -%}
        {{ rate('activity_days.active_members', 'membership_days.members_present') }}
            as interaction_rate
    from activity_days
    inner join membership_days
        on
            {{ same_scope('activity_days', 'membership_days') | indent(8) }}
            and activity_days.date = membership_days.date
    left join message_days
        on
            {{ same_scope('activity_days', 'message_days') | indent(8) }}
            and activity_days.date = message_days.date
),

period_days as (
    select
        date_periods.period_type,
        date_periods.period_start,
        scope_days.*
    from scope_days
    inner join date_periods
        on scope_days.date = date_periods.date
),

flows as (
    select
        period_type,
        period_start,
        scope_type,
        scope_id,
        cast(sum(messages) as bigint) as messages,
        cast(sum(staff_messages) as bigint) as staff_messages,
        cast({{ people_of_period('period_type', 'active_members') }} as bigint) as active_members,
        cast(sum(active_members) as bigint) as active_member_days,
        avg(interaction_rate) as interaction_rate
    from {{ touched_rows(slice, 'period_days') }}
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
        coalesce(flows.active_members, 0) as active_members,
        flows.active_member_days,
        flows.interaction_rate,
        activity_days.active_members_28d,
        activity_days.active_member_days_28d
    from scope_periods
    inner join flows
        on
            {{ same_scope_period('scope_periods', 'flows') | indent(8) }}
    inner join activity_days
        on
            {{ same_scope('scope_periods', 'activity_days') | indent(8) }}
            and scope_periods.effective_end = activity_days.date
)

select * from final
