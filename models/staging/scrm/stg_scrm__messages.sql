with openscrm_messages as (
    {{ last_landed(source('raw', 'scrm__openscrm_messages'), ['msg_id']) | indent(4) }}
),

iyque_messages as (
    {{ last_landed(source('raw', 'scrm__iyque_messages'), ['msg_id']) | indent(4) }}
),

message_types as (
    select * from {{ ref('wecom_message_types') }}
),

from_openscrm as (
    select
        msg_id as message_id,
        room_id as group_id,
        sender_id,
        case
            when room_id is null then replace(replace(receivers, '["', ''), '"]', '')
        end as receiver_id,
        sent_at,
        msg_type,
        content_text as content,
        system,
        load_seq,
        line,
        landed_at
    from openscrm_messages
    where coalesce(action, 'send') = 'send'
),

-- WeCom's group ids begin with wr; the meaning of accept_type is written nowhere
from_iyque as (
    select
        msg_id as message_id,
        case when accept_id like 'wr%' then accept_id end as group_id,
        from_id as sender_id,
        case when accept_id not like 'wr%' then accept_id end as receiver_id,
        sent_at,
        msg_type,
        content,
        system,
        load_seq,
        line,
        landed_at
    from iyque_messages
),

united as (
    select * from from_openscrm
    union all
    select * from from_iyque
),

final as (
    select
        united.message_id,
        united.group_id,
        united.sender_id,
        united.receiver_id,
        cast(united.sent_at as timestamp) as sent_at,
        case
            when message_types.wecom_type is null then 'other'
            else message_types.message_type
        end as message_type,
        united.content,
        cast(null as varchar) as reply_to_id,
        cast(null as timestamp) as recalled_at,
        united.system,
        united.load_seq,
        united.line,
        united.landed_at
    from united
    left join message_types on united.msg_type = message_types.wecom_type
    -- consents and recalls say nothing
    where message_types.wecom_type is null or message_types.message_type is not null
)

select * from final
