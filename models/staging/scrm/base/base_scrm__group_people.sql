with mochat_room_members as (
    {{ last_landed(source('raw', 'scrm__mochat_room_members'), ['membership_id']) | indent(4) }}
),

mochat_rooms as (
    {{ last_landed(source('raw', 'scrm__mochat_rooms'), ['room_id']) | indent(4) }}
),

linkwechat_group_members as (
    {{ last_landed(
        source('raw', 'scrm__linkwechat_group_members'),
        ['membership_id']
    ) | indent(4) }}
),

openscrm_group_members as (
    {{ last_landed(
        source('raw', 'scrm__openscrm_group_members'),
        ['ext_chat_id', 'userid', 'joined_at']
    ) | indent(4) }}
),

from_mochat as (
    select
        coalesce(mochat_rooms.chat_id, 'mochat:' || mochat_room_members.room_id) as group_id,
        mochat_room_members.wx_user_id as person_id,
        mochat_room_members.member_type,
        mochat_room_members.unionid,
        mochat_room_members.joined_at,
        mochat_room_members.join_scene,
        mochat_room_members.left_at,
        cast(null as varchar) as quit_scene,
        cast(null as varchar) as inviter_id,
        cast(null as varchar) as state,
        mochat_room_members.system,
        mochat_room_members.load_seq,
        mochat_room_members.line,
        mochat_room_members.landed_at
    from mochat_room_members
    left join mochat_rooms on mochat_room_members.room_id = mochat_rooms.room_id
),

from_linkwechat as (
    select
        chat_id as group_id,
        user_id as person_id,
        member_type,
        union_id as unionid,
        joined_at,
        join_scene,
        left_at,
        quit_scene,
        inviter_id,
        state,
        system,
        load_seq,
        line,
        landed_at
    from linkwechat_group_members
),

from_openscrm as (
    select
        ext_chat_id as group_id,
        userid as person_id,
        member_type,
        unionid,
        joined_at,
        join_scene,
        cast(null as varchar) as left_at,
        cast(null as varchar) as quit_scene,
        invitor as inviter_id,
        cast(null as varchar) as state,
        system,
        load_seq,
        line,
        landed_at
    from openscrm_group_members
),

final as (
    select * from from_mochat
    union all
    select * from from_linkwechat
    union all
    select * from from_openscrm
)

select * from final
