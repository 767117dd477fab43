with messages as (
    select * from {{ ref('base_chat_export__messages') }}
),

rooms as (
    select * from {{ source('raw', 'chat_export__chatlog_rooms') }}
),

chats as (
    select * from {{ source('raw', 'chat_export__chatlab') }}
    where chat is not null and (chat_type = 'group' or chat like '%@chatroom')
),

owners as (
    select
        chat,
        min(platform_id) as owner
    from {{ source('raw', 'chat_export__chatlab_members') }}
    where roles like '%"owner"%'
    group by chat
),

named as (
    select
        chat as group_id,
        3 as source_rank,
        group_name,
        'wechat' as platform,
        owner,
        system,
        load_seq,
        line,
        landed_at
    from rooms

    union all

    select
        chats.chat as group_id,
        2 as source_rank,
        null as group_name,
        chats.platform,
        owners.owner,
        chats.system,
        chats.load_seq,
        chats.line,
        chats.landed_at
    from chats
    left join owners on chats.chat = owners.chat

    union all

    select
        group_id,
        1 as source_rank,
        null as group_name,
        case when group_id like '%@chatroom' then 'wechat' end as platform,
        null as owner,
        system,
        max(load_seq) as load_seq,
        max(line) as line,
        max(landed_at) as landed_at
    from messages
    where group_id is not null
    group by group_id, system
),

ranked as (
    select
        *,
        row_number() over (
            partition by group_id
            order by source_rank desc, load_seq desc, line desc
        ) as group_rank
    from named
),

final as (
    select
        group_id,
        group_name,
        platform,
        cast(null as varchar) as group_type,
        cast(null as boolean) as is_flash,
        cast(null as varchar) as stage,
        owner as owner_staff_id,
        cast(null as timestamp) as created_at,
        cast(null as timestamp) as dissolved_at,
        system,
        load_seq,
        line,
        landed_at
    from ranked
    where group_rank = 1
)

select * from final
