{%- set window_days = 28 -%}
{%- set measures = {'messages': 'messages', 'active_members': '1'} -%}
{%- do measures.update(first_in_periods('active_date', 'previous_active_date')) -%}
{%- do measures.update({
    'comers': 'case when previous_active_date > ' ~ add_days('active_date', -window_days)
        ~ ' then 0 else 1 end',
    'goers': 'case when next_active_date < ' ~ add_days('active_date', window_days)
        ~ ' then 0 else 1 end',
}) -%}
{%- set slice = slice_by(['scope_type', 'scope_id', 'date'], touched_by=[
    changed_sums(
        'int_active_days',
        by=['scope_type', 'scope_id', 'active_date'],
        values=measures.values() | list,
    ),
    changed_together(
        'fct_message',
        'bridge_group_scope',
        on='one.group_id = other.group_id',
        columns=['other.scope_type', 'other.scope_id', 'one.sent_date'],
        condition='one.is_staff_message',
    ),
]) -%}
with active_days as (
    select * from {{ sliced(slice, 'int_active_days', ['scope_type', 'scope_id', 'active_date']) }}
),

messages as (
    select * from {{ sliced(slice, 'fct_message', ['sent_date'], keys=['date']) }}
    where is_staff_message
),

group_scopes as (
    select * from {{ ref('bridge_group_scope') }}
),

staff_days as (
    select
        group_id,
        sent_date,
        count(*) as staff_messages
    from messages
    group by group_id, sent_date
),

counted as (
    select
        scope_type,
        scope_id,
        active_date as date,
        {% for measure, value in measures.items() -%}
        sum({{ value }}) as {{ measure }},
        {% endfor -%}
        0 as staff_messages
    from active_days
    group by scope_type, scope_id, active_date

    union all

    select
        group_scopes.scope_type,
        group_scopes.scope_id,
        staff_days.sent_date as date,
        {% for measure in measures -%}
        0 as {{ measure }},
        {% endfor -%}
        sum(staff_days.staff_messages) as staff_messages
    from staff_days
    inner join group_scopes
        on staff_days.group_id = group_scopes.group_id
    group by group_scopes.scope_type, group_scopes.scope_id, staff_days.sent_date
),

final as (
    select
        scope_type,
        scope_id,
        date,
        {% for measure in measures -%}
        cast(sum({{ measure }}) as bigint) as {{ measure }},
        {% endfor -%}
        cast(sum(staff_messages) as bigint) as staff_messages
    from counted
    group by scope_type, scope_id, date
)

select * from final
