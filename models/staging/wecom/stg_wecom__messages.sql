with source as (
    select *
    from {{ source('raw', 'wecom__messages') }}
),

item_source as (
    select *
    from {{ source('raw', 'wecom__mixed_items') }}
),

message_types as (
    select * from {{ ref('wecom_message_types') }}
),

last_landed as (
    {{ last_landed('source', ['message_id']) | indent(4) }}
),

items as (
    {{ last_landed('item_source', ['message_id', 'item_number']) | indent(4) }}
),

mixed_texts as (
    select
        message_id,
        {{ join_text('content', '', 'cast(item_number as bigint)') }} as content
    from items
    where item_type = 'text'
    group by message_id
),

-- a recall is a row of its own, the recalled message stays
recalls as (
    select
        recalled_message_id,
        min(cast(sent_at as timestamp)) as recalled_at
    from last_landed
    where action = 'recall'
    group by recalled_message_id
),

typed as (
    select
        last_landed.*,
        case
            when last_landed.message_type = 'mixed' and mixed_texts.content is null then 'image'
            when message_types.wecom_type is null then 'other'
            else message_types.message_type
        end as canonical_type,
        coalesce(last_landed.content, mixed_texts.content) as text_content
    from last_landed
    left join message_types on last_landed.message_type = message_types.wecom_type
    left join mixed_texts on last_landed.message_id = mixed_texts.message_id
),

final as (
    select
        typed.message_id,
        typed.group_id,
        typed.sender_id,
        case when typed.group_id is null then typed.receiver_id end as receiver_id,
        cast(typed.sent_at as timestamp) as sent_at,
        typed.canonical_type as message_type,
        case when typed.canonical_type = 'text' then typed.text_content end as content,
        cast(null as varchar) as reply_to_id,
        recalls.recalled_at,
        typed.system,
        typed.load_seq,
        typed.line,
        typed.landed_at
    from typed
    left join recalls on typed.message_id = recalls.recalled_message_id
    -- switches of account, recalls and consents say nothing, a vote that is cast is an action
    where
        typed.action not in ('switch', 'recall')
        and typed.canonical_type is not null
        and not (typed.canonical_type = 'vote' and coalesce(typed.vote_type, '') = '102')
)

select * from final
