{%- set slice = slice_by(['period_type', 'period_start'], touched_by=[
    changed('dim_period'),
    changed_together(
        'dim_staff',
        'dim_period',
        on="other.period_type in ('day', 'week', 'month')",
        columns=['other.period_type', 'other.period_start'],
    ),
] + changed_on('fct_private_message', 'sent_date')
    + changed_on('fct_response', 'opened_date')
    + changed_on('fct_message', 'sent_date', condition='is_staff_message')
    + changed_on('fct_contact_event', 'occurred_date')) -%}
with periods as (
    select * from {{ ref('dim_period') }}
    where period_type in ('day', 'week', 'month')
),

date_periods as (
    select * from {{ sliced(slice, 'bridge_date_period') }}
    where period_type in ('day', 'week', 'month')
),

private_messages as (
    select * from {{ ref('fct_private_message') }}
    where sent_date in (select date_periods.date from date_periods)
),

responses as (
    select * from {{ ref('fct_response') }}
    where opened_date in (select date_periods.date from date_periods)
),

messages as (
    select * from {{ ref('fct_message') }}
    where is_staff_message and sent_date in (select date_periods.date from date_periods)
),

contact_events as (
    select * from {{ ref('fct_contact_event') }}
    where occurred_date in (select date_periods.date from date_periods)
),

-- R21: of two staff rows with one member id the smaller staff_id stands
staff as (
    select
        member_id,
        min(staff_id) as staff_id
    from {{ ref('dim_staff') }}
    where member_id is not null
    group by member_id
),

chat_days as (
    select
        staff_id,
        member_id,
        sent_date,
        count(*) filter (where is_from_staff) as staff_messages,
        max({{ clock_time('sent_at') }}) filter (where is_from_staff) as latest_message_time
    from private_messages
    group by staff_id, member_id, sent_date
),

chats as (
    select
        date_periods.period_type,
        date_periods.period_start,
        chat_days.staff_id,
        -- distinct: a customer may write on several days of the period
        count(distinct chat_days.member_id) as conversations,
        count(distinct case when chat_days.staff_messages > 0 then chat_days.member_id end)
            as customers_served,
        sum(chat_days.staff_messages) as staff_messages,
        max(chat_days.latest_message_time) as latest_message_time
    from chat_days
    inner join date_periods on chat_days.sent_date = date_periods.date
    group by date_periods.period_type, date_periods.period_start, chat_days.staff_id
),

turns as (
    select
        date_periods.period_type,
        date_periods.period_start,
        responses.staff_id,
        count(*) as turns,
        count(*) filter (where responses.is_answered) as answered_turns,
        count(*) filter (where responses.is_within_sla) as turns_within_sla,
        {{ quantile('responses.response_seconds', 0.5) }} as response_seconds_p50,
        {{ quantile('responses.response_seconds', 0.9) }} as response_seconds_p90
    from responses
    inner join date_periods on responses.opened_date = date_periods.date
    group by date_periods.period_type, date_periods.period_start, responses.staff_id
),

message_days as (
    select
        staff.staff_id,
        messages.sent_date,
        count(*) as group_messages
    from messages
    inner join staff on messages.member_id = staff.member_id
    group by staff.staff_id, messages.sent_date
),

posts as (
    select
        date_periods.period_type,
        date_periods.period_start,
        message_days.staff_id,
        sum(message_days.group_messages) as group_messages
    from message_days
    inner join date_periods on message_days.sent_date = date_periods.date
    group by date_periods.period_type, date_periods.period_start, message_days.staff_id
),

contacts as (
    select
        date_periods.period_type,
        date_periods.period_start,
        contact_events.staff_id,
        count(*) filter (where contact_events.event_type = 'add') as new_contacts,
        count(*) filter (where contact_events.event_type = 'staff_delete') as deleted_by_staff,
        count(*) filter (where contact_events.event_type = 'customer_delete')
            as deleted_by_customer
    from contact_events
    inner join date_periods on contact_events.occurred_date = date_periods.date
    group by date_periods.period_type, date_periods.period_start, contact_events.staff_id
),

-- a row wherever a count is not 0
staff_periods as (
    {% for counted in ['chats', 'turns', 'posts', 'contacts'] -%}
    select
        period_type,
        period_start,
        staff_id
    from {{ counted }}
    {% if not loop.last %}
    union

    {% endif -%}
    {% endfor %}
),

final as (
    select
        staff_periods.period_type,
        staff_periods.period_start,
        periods.period_end,
        periods.is_partial,
        staff_periods.staff_id,
        cast(coalesce(chats.conversations, 0) as bigint) as conversations,
        cast(coalesce(chats.customers_served, 0) as bigint) as customers_served,
        cast(coalesce(turns.turns, 0) as bigint) as turns,
        cast(coalesce(turns.answered_turns, 0) as bigint) as answered_turns,
        {{ rate('turns.answered_turns', 'turns.turns') }} as reply_rate,
        turns.response_seconds_p50,
        turns.response_seconds_p90,
        {{ rate('turns.turns_within_sla', 'turns.turns') }} as within_sla_rate,
        cast(coalesce(turns.turns - turns.answered_turns, 0) as bigint) as unanswered_turns,
        chats.latest_message_time,
        cast(coalesce(chats.staff_messages, 0) as bigint) as staff_messages,
        cast(coalesce(posts.group_messages, 0) as bigint) as group_messages,
        cast(coalesce(contacts.new_contacts, 0) as bigint) as new_contacts,
        cast(coalesce(contacts.deleted_by_staff, 0) as bigint) as deleted_by_staff,
        cast(coalesce(contacts.deleted_by_customer, 0) as bigint) as deleted_by_customer
    from staff_periods
    inner join periods
        on
            staff_periods.period_type = periods.period_type
            and staff_periods.period_start = periods.period_start
    {% for counted in ['chats', 'turns', 'posts', 'contacts'] -%}
    left join {{ counted }}
        on
            staff_periods.period_type = {{ counted }}.period_type
            and staff_periods.period_start = {{ counted }}.period_start
            and staff_periods.staff_id = {{ counted }}.staff_id
    {% endfor %}
)

select * from final
