{%- set slice = slice_by_days(
    ['scope_type', 'scope_id', 'member_id', 'active_date'],
    previous='previous_active_date',
    next='next_active_date',
    touched_by=[changed_together(
        'fct_message',
        'bridge_group_scope',
        on='one.group_id = other.group_id',
        columns=['other.scope_type', 'other.scope_id', 'one.member_id', 'one.sent_date'],
        condition='one.is_valid',
    )],
    runs_on=true,
) -%}
{%- set running = [
    'messages_in_week', 'messages_in_month', 'messages_in_quarter', 'messages_in_year'
] -%}
{%- do worked_out_in_parts() -%}
with messages as (
    select *
    from {{ sliced(
        slice, 'fct_message', ['member_id', 'sent_date'], keys=['member_id', 'active_date']
    ) }}
),

group_scopes as (
    select * from {{ ref('bridge_group_scope') }}
),

group_days as (
    select
        group_id,
        member_id,
        sent_date,
        {% for column in running -%}
        cast(null as bigint) as {{ column }},
        {% endfor -%}
        count(*) as messages
    from messages
    where is_valid and {{ is_in_part_of('member_id') }}
    group by group_id, member_id, sent_date
),

-- Most are in one group, and their days the same in each of its scopes: where all are worked out,
-- they are put in order before they are spread.
members_of_one as (
    select member_id
    from group_days
    where {{ slice.touched is none }}
    group by member_id
    having min(group_id) = max(group_id)
),

days_of_one as (
    select
        group_days.group_id,
        group_days.member_id,
        group_days.sent_date,
        group_days.messages,
        lag(group_days.sent_date) over (
            partition by group_days.member_id
            order by group_days.sent_date
        ) as previous_active_date,
        lead(group_days.sent_date) over (
            partition by group_days.member_id
            order by group_days.sent_date
        ) as next_active_date,
        {{ running_in_periods('messages', 'sent_date', 'group_days.member_id') }}
    from group_days
    inner join members_of_one on group_days.member_id = members_of_one.member_id
),

scope_days as (
    select
        group_scopes.scope_type,
        group_scopes.scope_id,
        group_days.member_id,
        group_days.sent_date as active_date,
        {% for column in running -%}
        cast(null as bigint) as {{ column }},
        {% endfor -%}
        cast(sum(group_days.messages) as bigint) as messages
    from group_days
    inner join group_scopes
        on group_days.group_id = group_scopes.group_id
    left join members_of_one
        on group_days.member_id = members_of_one.member_id
    where members_of_one.member_id is null
    group by
        group_scopes.scope_type,
        group_scopes.scope_id,
        group_days.member_id,
        group_days.sent_date
),

final as (
    select
        scope_type,
        scope_id,
        member_id,
        active_date,
        messages,
        lag(active_date) over (
            partition by scope_type, scope_id, member_id
            order by active_date
        ) as previous_active_date,
        lead(active_date) over (
            partition by scope_type, scope_id, member_id
            order by active_date
        ) as next_active_date,
        {{ running_in_periods('messages', 'active_date', 'scope_type, scope_id, member_id') }}
    from {{ with_neighbours(slice, 'scope_days') }}

    union all

    select
        group_scopes.scope_type,
        group_scopes.scope_id,
        days_of_one.member_id,
        days_of_one.sent_date as active_date,
        days_of_one.messages,
        days_of_one.previous_active_date,
        days_of_one.next_active_date,
        days_of_one.{{ running | join(',\n        days_of_one.') }}
    from days_of_one
    inner join group_scopes on days_of_one.group_id = group_scopes.group_id
)

select * from final
