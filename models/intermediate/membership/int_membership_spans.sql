{#- what a member does after the beginning of a span and before its end changes nothing -#}
{%- set touches = [] -%}
{%- for upstream, moment in [
    ('int_group_messages', 'sent_at'),
    ('int_participations', 'participated_at'),
] -%}
    {%- do touches.append(changed(
        upstream,
        condition=unless_before(
            upstream,
            ['group_id', 'member_id'],
            "before.join_source <> 'opening' and before.started_at < " ~ moment
            ~ " and coalesce(before.ended_at, timestamp '9999-12-31') > " ~ moment
        ),
    )) -%}
{%- endfor -%}
{%- set slice = slice_by(['group_id', 'member_id'], touched_by=touches + [
    changed('int_membership_events'),
    changed('int_groups', key='group_id', via='int_membership_events'),
    changed('int_groups', key='group_id', via='int_group_messages'),
    changed('int_groups', key='group_id', via='int_participations'),
    changed('int_group_first_events', key='group_id', via='int_membership_events'),
]) -%}
with membership_events as (
    select * from {{ sliced(slice, 'int_membership_events') }}
    where is_customer
),

messages as (
    select * from {{ sliced(slice, 'int_group_messages') }}
    where is_customer
),

participations as (
    select * from {{ sliced(slice, 'int_participations') }}
    where is_customer and group_id is not null
),

groups as (
    select * from {{ ref('int_groups') }}
),

group_first_events as (
    select * from {{ ref('int_group_first_events') }}
),

leavers as (
    select distinct
        group_id,
        member_id
    from membership_events
    where event_type = 'leave'
),

activities as (
    select
        group_id,
        member_id,
        sent_at as occurred_at
    from messages

    union all

    select
        group_id,
        member_id,
        participated_at as occurred_at
    from participations
),

-- of one who never leaves only the first activity can open a span
opening_activities as (
    select
        activities.group_id,
        activities.member_id,
        min(activities.occurred_at) as occurred_at
    from activities
    left join leavers
        on
            activities.group_id = leavers.group_id
            and activities.member_id = leavers.member_id
    where leavers.member_id is null
    group by activities.group_id, activities.member_id

    union all

    select activities.*
    from activities
    inner join leavers
        on
            activities.group_id = leavers.group_id
            and activities.member_id = leavers.member_id
),

-- R3: at equal times join, activity, leave
events as (
    select
        group_id,
        member_id,
        occurred_at,
        case when event_type = 'join' then 1 else 3 end as event_order,
        event_type = 'join' as is_join_event,
        event_type = 'leave' as is_leave,
        scene,
        channel_id,
        script_id,
        inviter_id,
        leave_reason,
        occurred_at_precision
    from membership_events

    union all

    select
        group_id,
        member_id,
        occurred_at,
        2 as event_order,
        false as is_join_event,
        false as is_leave,
        null as scene,
        null as channel_id,
        null as script_id,
        null as inviter_id,
        null as leave_reason,
        null as occurred_at_precision
    from opening_activities
),

numbered as (
    select
        events.*,
        groups.created_at,
        groups.dissolved_at,
        row_number() over (
            partition by events.group_id, events.member_id
            order by
                events.occurred_at,
                events.event_order,
                events.channel_id nulls last,
                events.script_id nulls last,
                events.inviter_id nulls last,
                events.scene nulls last,
                events.leave_reason nulls last,
                events.occurred_at_precision nulls last
        ) as event_number
    from events
    left join groups on events.group_id = groups.group_id
),

-- nothing at or after a dissolution opens a span
with_previous as (
    select
        *,
        lag(is_leave) over (
            partition by group_id, member_id
            order by event_number
        ) as previous_is_leave
    from numbered
    where is_leave or dissolved_at is null or occurred_at < dissolved_at
),

-- what does not turn inside into outside, or back, changes nothing
turning_points as (
    select *
    from with_previous
    where
        (previous_is_leave is null and not is_leave)
        or (is_leave and event_number = 1)
        or is_leave <> previous_is_leave
),

with_next as (
    select
        *,
        lead(occurred_at) over pair as next_at,
        lead(leave_reason) over pair as next_leave_reason,
        lead(occurred_at_precision) over pair as next_precision
    from turning_points
    window pair as (partition by group_id, member_id order by event_number)
),

starts as (
    select
        group_id,
        member_id,
        occurred_at as started_at,
        next_at as left_at,
        dissolved_at,
        case when is_join_event then 'event' else 'activity' end as join_source,
        scene,
        channel_id,
        script_id,
        inviter_id,
        next_leave_reason as leave_reason,
        next_precision as leave_precision
    from with_next
    where not is_leave

    union all

    -- a leave without a beginning: the member was there before the first landed event
    select
        with_next.group_id,
        with_next.member_id,
        case
            when with_next.created_at <= with_next.occurred_at then with_next.created_at
            else group_first_events.first_event_at
        end as started_at,
        with_next.occurred_at as left_at,
        with_next.dissolved_at,
        'opening' as join_source,
        null as scene,
        null as channel_id,
        null as script_id,
        null as inviter_id,
        with_next.leave_reason,
        with_next.occurred_at_precision as leave_precision
    from with_next
    inner join group_first_events on with_next.group_id = group_first_events.group_id
    where with_next.is_leave and with_next.event_number = 1
),

ended as (
    select
        *,
        case
            when dissolved_at is null or left_at <= dissolved_at then left_at
            else dissolved_at
        end as ended_at,
        case
            when left_at is null and dissolved_at is null then null
            when dissolved_at is null or left_at <= dissolved_at then 'leave'
            else 'dissolved'
        end as end_reason
    from starts
    where dissolved_at is null or started_at < dissolved_at
),

final as (
    select
        group_id,
        member_id,
        row_number() over (
            partition by group_id, member_id
            order by started_at, ended_at nulls last
        ) as span_number,
        started_at,
        ended_at,
        cast(started_at as date) as start_date,
        cast(ended_at as date) as end_date,
        join_source,
        end_reason,
        case when end_reason = 'leave' then leave_reason end as leave_reason,
        scene,
        channel_id,
        script_id,
        inviter_id,
        case end_reason
            when 'leave' then leave_precision
            when 'dissolved' then 'exact'
        end as end_precision
    from ended
)

select * from final
