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
        chat_id,
        snapshot_at,
        max(load_seq) as load_seq
    from answered_members
    group by chat_id, snapshot_at
),

members as (
    select answered_members.*
    from answered_members
    inner join newest_answers
        on
            answered_members.chat_id = newest_answers.chat_id
            and answered_members.snapshot_at = newest_answers.snapshot_at
            and answered_members.load_seq = newest_answers.load_seq
),

-- daily snapshots name everybody every day: sums before windows
last_seen as (
    select
        chat_id,
        userid,
        coalesce(joined_at, '') as joined,
        max(snapshot_at) as snapshot_at
    from members
    group by chat_id, userid, coalesce(joined_at, '')
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

seen_last as (
    select
        members.*,
        {{ wecom_taken_at('members.snapshot_at') }} as taken_at
    from members
    inner join last_seen
        on
            members.chat_id = last_seen.chat_id
            and members.userid = last_seen.userid
            and coalesce(members.joined_at, '') = last_seen.joined
            and members.snapshot_at = last_seen.snapshot_at
),

last_landed as (
    {{ last_landed('seen_last', ['chat_id', 'userid', 'joined_at']) | indent(4) }}
),

stays as (
    select
        *,
        cast(joined_at as timestamp) as stay_joined_at,
        lead(cast(joined_at as timestamp)) over (
            partition by chat_id, userid
            order by joined_at nulls first
        ) as next_joined_at
    from last_landed
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
