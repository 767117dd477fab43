with answers as (
    select * from {{ source('raw', 'wecom__groups') }}
),

answered_members as (
    select * from {{ source('raw', 'wecom__group_members') }}
),

scenes as (
    select * from {{ ref('wecom_snapshot_scenes') }}
),

-- whoever a snapshot that was taken again does not name any more was not there
newest_answers as (
    select
        *,
        max(load_seq) over (partition by chat_id, snapshot_at) as newest_load_seq
    from answered_members
),

members as (
    select
        *,
        {{ wecom_taken_at('snapshot_at') }} as taken_at
    from newest_answers
    where load_seq = newest_load_seq
),

moments as (
    select
        chat_id,
        taken_at,
        lead(taken_at) over (partition by chat_id order by taken_at) as next_taken_at
    from (
        select
            chat_id,
            {{ wecom_taken_at('snapshot_at') }} as taken_at
        from answers
        group by chat_id, snapshot_at
    ) as snapshots
),

-- each stay as it was seen last
ranked as (
    select
        *,
        row_number() over (
            partition by chat_id, userid, joined_at
            order by taken_at desc, load_seq desc, line desc
        ) as stay_rank
    from members
),

stays as (
    select
        *,
        cast(joined_at as timestamp) as stay_joined_at,
        lead(cast(joined_at as timestamp)) over (
            partition by chat_id, userid
            order by joined_at nulls first
        ) as next_joined_at
    from ranked
    where stay_rank = 1
),

final as (
    select
        stays.chat_id as group_id,
        stays.userid as member_id,
        stays.stay_joined_at as joined_at,
        stays.taken_at as last_seen_at,
        least(moments.next_taken_at, {{ add_seconds('stays.next_joined_at', -1) }}) as left_by,
        coalesce(scenes.scene, stays.join_scene) as scene,
        {{ wecom_channel('stays.state') }} as channel_id,
        stays.invitor as inviter_id,
        stays.system,
        stays.load_seq,
        stays.line,
        stays.landed_at
    from stays
    inner join moments
        on stays.chat_id = moments.chat_id and stays.taken_at = moments.taken_at
    left join scenes on cast(stays.join_scene as integer) = scenes.code
)

select * from final
