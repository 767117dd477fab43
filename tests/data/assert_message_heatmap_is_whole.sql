-- All 168 hours of the week, and in them every message of the scope's last 28 days.
with scopes as (
    select
        scope_type,
        scope_id,
        count(*) as cells,
        sum(messages) as messages,
        sum(staff_messages) as staff_messages,
        sum(message_share) as message_share
    from {{ ref('mart_message_heatmap') }}
    group by scope_type, scope_id
),

last_days as (
    select
        days.scope_type,
        days.scope_id,
        sum(days.messages) as messages,
        sum(days.staff_messages) as staff_messages
    from {{ ref('fct_scope_activity_day') }} as days
    inner join {{ ref('dim_reporting_window') }} as reporting_window
        on days.date > {{ add_days('reporting_window.as_of_date', -28) }}
    where days.scope_type in ('all', 'group')
    group by days.scope_type, days.scope_id
)

select
    last_days.scope_type,
    last_days.scope_id
from last_days
left join scopes
    on {{ same_scope('last_days', 'scopes') | indent(8) }}
where
    (scopes.scope_id is not null and scopes.cells <> 168)
    or last_days.messages <> coalesce(scopes.messages, 0)
    or last_days.staff_messages <> coalesce(scopes.staff_messages, 0)
    or abs(scopes.message_share - 1) > 1e-9
