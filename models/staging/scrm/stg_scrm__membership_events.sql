with group_people as (
    select * from {{ ref('base_scrm__group_people') }}
),

join_scenes as (
    select * from {{ ref('wecom_snapshot_scenes') }}
),

joins as (
    select
        group_people.group_id,
        group_people.person_id as member_id,
        'join' as event_type,
        group_people.joined_at as occurred_at,
        join_scenes.scene,
        {{ wecom_channel('group_people.state') }} as channel_id,
        group_people.inviter_id,
        cast(null as varchar) as leave_reason,
        group_people.system,
        group_people.load_seq,
        group_people.line,
        group_people.landed_at
    from group_people
    left join join_scenes on group_people.join_scene = cast(join_scenes.code as varchar)
),

leaves as (
    select
        group_id,
        person_id as member_id,
        'leave' as event_type,
        left_at as occurred_at,
        cast(null as varchar) as scene,
        cast(null as varchar) as channel_id,
        cast(null as varchar) as inviter_id,
        case quit_scene when '0' then 'self' when '1' then 'removed' end as leave_reason,
        system,
        load_seq,
        line,
        landed_at
    from group_people
    where left_at is not null
),

united as (
    select * from joins
    union all
    select * from leaves
),

final as (
    select
        group_id,
        member_id,
        event_type,
        cast(occurred_at as timestamp) as occurred_at,
        scene,
        channel_id,
        cast(null as varchar) as script_id,
        inviter_id,
        leave_reason,
        'exact' as occurred_at_precision,
        system,
        load_seq,
        line,
        landed_at
    from united
)

select * from final
