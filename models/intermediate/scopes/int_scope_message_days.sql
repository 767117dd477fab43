{%- set window_days = 28 -%}
{%- set measures = {'messages': 'messages', 'active_members': '1'} -%}
{%- do measures.update(first_in_periods('active_date', 'previous_active_date')) -%}
{%- do measures.update({
    'comers': 'case when previous_active_date > ' ~ add_days('active_date', -window_days)
        ~ ' then 0 else 1 end',
    'goers': 'case when next_active_date < ' ~ add_days('active_date', window_days)
        ~ ' then 0 else 1 end',
}) -%}
{%- set sums = add_up_by(
    ['scope_type', 'scope_id', 'date'],
    values=measures.keys() | list + ['staff_messages'],
    upstreams=['int_active_days', 'fct_message', 'bridge_group_scope'],
) -%}
with active_days as (
    select * from {{ differences(sums, 'int_active_days') }}
),

staff_days as (
    {%- for messages, group_scopes in differences_joined(
        sums, 'fct_message', 'bridge_group_scope', ['group_id']
    ) %}
    select
        group_scopes.scope_type,
        group_scopes.scope_id,
        messages.sent_date,
        sum(messages.weight * group_scopes.weight) as staff_messages
    from {{ messages }} as messages
    inner join {{ group_scopes }} as group_scopes
        on messages.group_id = group_scopes.group_id
    where messages.is_staff_message
    group by group_scopes.scope_type, group_scopes.scope_id, messages.sent_date
    {{ '' if loop.last else 'union all' }}
    {%- endfor %}
),

counted as (
    select
        scope_type,
        scope_id,
        active_date as date,
        {% for measure, value in measures.items() -%}
        sum(weight * ({{ value }})) as {{ measure }},
        {% endfor -%}
        0 as staff_messages
    from active_days
    group by scope_type, scope_id, active_date

    union all

    select
        scope_type,
        scope_id,
        sent_date as date,
        {% for measure in measures -%}
        0 as {{ measure }},
        {% endfor -%}
        staff_messages
    from staff_days
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
