with stays as (
    select * from {{ ref('base_wecom__group_stays') }}
),

changes as (
    select * from {{ ref('base_wecom__group_changes') }}
),

-- a join that a snapshot knows is told there with its link and inviter
callback_joins as (
    select changes.*
    from changes
    where
        changes.event_type = 'join'
        and not exists (
            select 1
            from stays
            where
                stays.group_id = changes.group_id
                and stays.member_id = changes.member_id
                and {{ wecom_same_event('changes.occurred_at', 'stays.joined_at') }}
        )
),

-- gone from one snapshot to the next, and no callback says when; a daily one is never taken at
-- the very same minute
unseen_leaves as (
    select stays.*
    from stays
    where
        stays.left_by is not null
        and not exists (
            select 1
            from changes
            where
                changes.group_id = stays.group_id
                and changes.member_id = stays.member_id
                and changes.event_type = 'leave'
                and (stays.joined_at is null or changes.occurred_at >= stays.joined_at)
                and changes.occurred_at <= {{ add_seconds('stays.left_by', 60) }}
        )
),

events as (
    select
        group_id,
        member_id,
        'join' as event_type,
        joined_at as occurred_at,
        scene,
        channel_id,
        inviter_id,
        cast(null as varchar) as leave_reason,
        'exact' as occurred_at_precision,
        system,
        load_seq,
        line,
        landed_at
    from stays
    where joined_at is not null

    union all

    select
        group_id,
        member_id,
        'join' as event_type,
        occurred_at,
        scene,
        null as channel_id,
        null as inviter_id,
        null as leave_reason,
        'exact' as occurred_at_precision,
        system,
        load_seq,
        line,
        landed_at
    from callback_joins

    union all

    select
        group_id,
        member_id,
        'leave' as event_type,
        occurred_at,
        null as scene,
        null as channel_id,
        null as inviter_id,
        leave_reason,
        'exact' as occurred_at_precision,
        system,
        load_seq,
        line,
        landed_at
    from changes
    where event_type = 'leave'

    union all

    select
        group_id,
        member_id,
        'leave' as event_type,
        left_by as occurred_at,
        null as scene,
        null as channel_id,
        null as inviter_id,
        null as leave_reason,
        case
            when left_by <= {{ add_hours('last_seen_at', 36) }} then 'day'
            else 'snapshot'
        end as occurred_at_precision,
        system,
        load_seq,
        line,
        landed_at
    from unseen_leaves
),

final as (
    select
        group_id,
        member_id,
        event_type,
        occurred_at,
        scene,
        channel_id,
        cast(null as varchar) as script_id,
        inviter_id,
        leave_reason,
        occurred_at_precision,
        system,
        load_seq,
        line,
        landed_at
    from events
)

select * from final
