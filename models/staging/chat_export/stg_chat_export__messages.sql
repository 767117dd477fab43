with messages as (
    select * from {{ ref('base_chat_export__messages') }}
    -- what WeChat says itself is nobody's message; a display name is no sender
    where message_type <> 'system' and sender_id is not null
),

-- one message in the exports of two accounts or tools: known by what it says, not by their numbers
numbered as (
    select
        *,
        row_number() over (
            partition by
                tool, account_id, group_id, receiver_id, sender_id, sent_at, message_type, content
            order by place, load_seq, line
        ) as repetition
    from messages
),

identified as (
    select
        *,
        {{ surrogate_key([
            'group_id', 'receiver_id', 'sender_id', 'sent_at', 'message_type', 'content',
            'repetition',
        ]) | indent(8) }} as message_id
    from numbered
),

replied_to as (
    select
        group_id,
        tool_message_id,
        max(message_id) as message_id
    from identified
    where tool_message_id is not null
    group by group_id, tool_message_id
),

final as (
    select
        identified.message_id,
        identified.group_id,
        identified.sender_id,
        identified.receiver_id,
        identified.sent_at,
        identified.message_type,
        identified.content,
        replied_to.message_id as reply_to_id,
        cast(null as timestamp) as recalled_at,
        identified.system,
        identified.load_seq,
        identified.line,
        identified.landed_at
    from identified
    left join replied_to
        on
            identified.tool_reply_to_id = replied_to.tool_message_id
            and coalesce(identified.group_id, '') = coalesce(replied_to.group_id, '')
)

select * from final
