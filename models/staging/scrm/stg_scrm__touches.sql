with linkwechat_send_results as (
    {{ last_landed(
        source('raw', 'scrm__linkwechat_send_results'),
        ['msg_id', 'user_id', 'external_userid', 'chat_id']
    ) | indent(4) }}
),

final as (
    select
        -- as WeCom's answers tell the same touch
        msg_id || '|' || coalesce(user_id, '') || '|' || external_userid
        || case when chat_id is null then '' else '|' || chat_id end as touch_id,
        msg_id as batch_id,
        external_userid as member_id,
        chat_id as group_id,
        cast(send_time as timestamp) as touched_at,
        case when chat_id is null then 'mass_message' else 'group_content' end as touch_kind,
        cast(null as varchar) as channel_id,
        case status
            when '0' then 'unsent'
            when '1' then 'delivered'
            else 'failed'
        end as touch_status,
        cast(null as timestamp) as clicked_at,
        system,
        load_seq,
        line,
        landed_at
    from linkwechat_send_results
    -- a touch is somebody's at a time: not yet sent ones have none, sends to a group name nobody
    where external_userid is not null and send_time is not null
)

select * from final
