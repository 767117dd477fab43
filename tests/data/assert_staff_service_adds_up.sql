-- The days of staff members hold every private message, turn, group message and contact event
-- since the history starts.
with reporting_window as (
    select * from {{ ref('dim_reporting_window') }}
),

served as (
    select
        coalesce(sum(staff_messages), 0) as staff_messages,
        coalesce(sum(turns), 0) as turns,
        coalesce(sum(answered_turns + unanswered_turns), 0) as settled_turns,
        coalesce(sum(group_messages), 0) as group_messages,
        coalesce(sum(new_contacts + deleted_by_staff + deleted_by_customer), 0) as contact_events
    from {{ ref('mart_staff_service') }}
    where period_type = 'day'
),

private_messages as (
    select count(*) as staff_messages
    from {{ ref('fct_private_message') }} as messages
    inner join reporting_window on messages.sent_date >= reporting_window.history_start_date
    where messages.is_from_staff
),

responses as (
    select count(*) as turns
    from {{ ref('fct_response') }} as responses
    inner join reporting_window on responses.opened_date >= reporting_window.history_start_date
),

posts as (
    select count(*) as group_messages
    from {{ ref('fct_message') }} as messages
    inner join reporting_window on messages.sent_date >= reporting_window.history_start_date
    where
        messages.is_staff_message
        and messages.member_id in (
            select staff.member_id
            from {{ ref('dim_staff') }} as staff
            where staff.member_id is not null
        )
),

contact_events as (
    select count(*) as contact_events
    from {{ ref('fct_contact_event') }} as events
    inner join reporting_window on events.occurred_date >= reporting_window.history_start_date
)

select served.*
from served
cross join private_messages
cross join responses
cross join posts
cross join contact_events
where
    served.staff_messages <> private_messages.staff_messages
    or served.turns <> responses.turns
    or served.settled_turns <> responses.turns
    or served.group_messages <> posts.group_messages
    or served.contact_events <> contact_events.contact_events
