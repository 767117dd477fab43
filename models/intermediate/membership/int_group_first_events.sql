{#- what comes or goes after a group's first changes nothing -#}
{%- set touches = [] -%}
{%- for upstream, moment, first in [
    ('int_membership_events', 'occurred_at', 'first_event_at'),
    ('int_group_messages', 'sent_at', 'first_message_at'),
    ('int_participations', 'participated_at', 'first_event_at'),
] -%}
    {%- do touches.append(changed(
        upstream,
        condition=unless_before(upstream, ['group_id'], 'before.' ~ first ~ ' < ' ~ moment),
    )) -%}
{%- endfor -%}
{%- set slice = slice_by(['group_id'], touched_by=touches) -%}
with membership_events as (
    select * from {{ sliced(slice, 'int_membership_events') }}
),

messages as (
    select * from {{ sliced(slice, 'int_group_messages') }}
),

participations as (
    select * from {{ sliced(slice, 'int_participations') }}
    where group_id is not null
),

first_messages as (
    select
        group_id,
        min(sent_at) as first_message_at
    from messages
    group by group_id
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
        first_message_at as first_at
    from first_messages

    union all

    select
        group_id,
        min(participated_at) as first_at
    from participations
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
