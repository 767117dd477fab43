{%- set window_days = 28 -%}
with reporting_window as (
    select * from {{ ref('dim_reporting_window') }}
),

group_scopes as (
    select *
    from {{ ref('bridge_group_scope') }}
    where scope_type in ('all', 'group')
),

-- a scope with any message in the window has all its cells, be none of them valid
messages as (
    select
        messages.group_id,
        messages.member_id,
        messages.is_valid,
        messages.is_staff_message,
        {{ iso_weekday('messages.sent_date') }} as weekday,
        cast(extract(hour from messages.sent_at) as integer) as hour
    from {{ ref('fct_message') }} as messages
    inner join reporting_window
        on messages.sent_date > {{ add_days('reporting_window.as_of_date', -window_days) }}
),

hours as (
    select
        week_hours.weekday,
        week_hours.hour
    from (
        values
        {% for weekday in range(1, 8) -%}
        {%- set outer = loop -%}
        {%- for hour in range(24) -%}
        ({{ weekday }}, {{ hour }}){{ ', ' if not (outer.last and loop.last) }}
        {%- endfor %}
        {% endfor -%}
    ) as week_hours (weekday, hour)
),

scope_hours as (
    select
        group_scopes.scope_type,
        group_scopes.scope_id,
        messages.weekday,
        messages.hour,
        count(*) filter (where messages.is_valid) as messages,
        count(distinct messages.member_id) filter (where messages.is_valid) as active_members,
        count(*) filter (where messages.is_staff_message) as staff_messages
    from messages
    inner join group_scopes
        on messages.group_id = group_scopes.group_id
    group by 1, 2, 3, 4
),

scopes as (
    select
        scope_type,
        scope_id,
        sum(messages) as messages
    from scope_hours
    group by 1, 2
),

final as (
    select
        scopes.scope_type,
        scopes.scope_id,
        hours.weekday,
        hours.hour,
        coalesce(scope_hours.messages, 0) as messages,
        coalesce(scope_hours.active_members, 0) as active_members,
        {{ rate('coalesce(scope_hours.messages, 0)', 'scopes.messages') }} as message_share,
        coalesce(scope_hours.staff_messages, 0) as staff_messages
    from scopes
    cross join hours
    left join scope_hours
        on
            {{ same_scope('scopes', 'scope_hours') | indent(8) }}
            and hours.weekday = scope_hours.weekday
            and hours.hour = scope_hours.hour
)

select * from final
