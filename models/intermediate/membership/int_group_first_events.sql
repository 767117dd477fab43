{%- do slice_by(['group_id']) -%}
with membership_events as (
    select * from {{ ref('int_membership_events') }}
),

messages as (
    select * from {{ ref('int_group_messages') }}
),

participations as (
    select * from {{ ref('int_participations') }}
    where group_id is not null
),

events as (
    select
        group_id,
        min(occurred_at) as first_at
    from membership_events
    group by group_id

    union all

    select
        group_id,
        min(sent_at) as first_at
    from messages
    group by group_id

    union all

    select
        group_id,
        min(participated_at) as first_at
    from participations
    group by group_id
),

first_messages as (
    select
        group_id,
        min(sent_at) as first_message_at
    from messages
    group by group_id
),

final as (
    select
        events.group_id,
        min(events.first_at) as first_event_at,
        min(first_messages.first_message_at) as first_message_at
    from events
    left join first_messages on events.group_id = first_messages.group_id
    group by events.group_id
)

select * from final
