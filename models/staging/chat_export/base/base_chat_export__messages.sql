{%- set tools = [
    {
        'name': 'memotrace', 'key': ['account', 'chat', 'local_id', 'sent_at'],
        'account': 'account', 'scheme': 'wechat', 'code': 'type', 'sub_code': 'sub_type',
        'is_own': "is_sender = 'true'", 'sender': 'sender', 'place': 'local_id',
        'names': ['nickname_key', 'remark_key'],
    },
    {
        'name': 'pywxdump', 'key': ['account', 'chat', 'server_id', 'local_id'],
        'account': 'account', 'scheme': 'name', 'code': 'type_name',
        'is_own': "is_sender = 'true'", 'sender': "nullif(talker, '我')", 'place': 'local_id',
    },
    {
        'name': 'weflow', 'key': ['account', 'chat', 'server_id', 'local_id'],
        'account': 'account', 'scheme': 'name', 'code': 'type_name',
        'is_own': "is_sender = 'true'", 'place': 'local_id',
    },
    {
        'name': 'chatlog_sheet', 'key': ['chat', 'sender', 'sent_at', 'content'],
        'scheme': 'wechat', 'code': "case when sender = '系统消息' then '10000' else '1' end",
        'sender': 'sender', 'names': ['sender_name_key'],
    },
    {
        'name': 'chatlog', 'key': ['account', 'chat', 'seq'],
        'account': 'account', 'scheme': 'wechat', 'code': 'type', 'sub_code': 'sub_type',
        'is_own': "is_self = 'true'", 'sender': 'sender', 'place': 'seq',
        'names': ['sender_name_key'],
    },
    {
        'name': 'chatlab_messages',
        'key': ['chat', 'sender', 'sent_at', 'type', 'content', 'message_id'],
        'chat_type': 'chat_type', 'scheme': 'chatlab', 'code': 'type', 'sender': 'sender',
        'place': 'message_id', 'message_id': 'message_id', 'reply_to_id': 'reply_to_id',
        'names': ['account_name_key', 'group_nickname_key'],
    },
    {
        'name': 'chatlab_lines',
        'key': ['chat', 'sender', 'sent_at', 'type', 'content', 'message_id'],
        'scheme': 'chatlab', 'code': 'type', 'sender': 'sender',
        'place': 'message_id', 'message_id': 'message_id', 'reply_to_id': 'reply_to_id',
        'names': ['account_name_key', 'group_nickname_key'],
    },
] -%}
with said as (
    {% for tool in tools %}
    {% set names = tool.names | default([]) %}
    select
        '{{ tool.name }}' as tool,
        {{ tool.account | default('cast(null as varchar)') }} as account_id,
        chat as chat_id,
        {{ tool.chat_type | default('cast(null as varchar)') }} as chat_type,
        '{{ tool.scheme }}' as scheme,
        {{ tool.code }} as code,
        {{ tool.sub_code | default('cast(null as varchar)') }} as sub_code,
        {{ tool.is_own | default('false') }} as is_own,
        {{ tool.sender | default('cast(null as varchar)') }} as named_sender_id,
        {{ names[0] | default('cast(null as varchar)') }} as name_key,
        {{ names[1] | default('cast(null as varchar)') }} as other_name_key,
        cast(sent_at as timestamp) as sent_at,
        coalesce({{ json_text('content', 'msg') | indent(8) }}, content) as content,
        {{ tool.place | default('cast(null as varchar)') }} as place,
        {{ tool.message_id | default('cast(null as varchar)') }} as tool_message_id,
        {{ tool.reply_to_id | default('cast(null as varchar)') }} as tool_reply_to_id,
        system,
        load_seq,
        line,
        landed_at
    from (
        {{ last_landed(source('raw', 'chat_export__' ~ tool.name), tool.key) | indent(8) }}
    ) as kept
    {% if not loop.last %}

    union all
    {% endif %}
    {% endfor %}
),

chats as (
    select
        chat as chat_id,
        max(chat_type) as chat_type
    from {{ source('raw', 'chat_export__chatlab') }}
    group by chat
),

message_types as (
    select * from {{ ref('chat_message_types') }}
),

-- in a chat of two, who is not the account is the other
placed as (
    select
        said.*,
        coalesce(said.chat_type, chats.chat_type, '') = 'group'
        or said.chat_id like '%@chatroom' as is_group,
        case
            when message_types.message_type = 'system' then null
            when said.named_sender_id is not null then said.named_sender_id
            when said.is_own then said.account_id
            when said.chat_id not like '%@chatroom' then said.chat_id
        end as sender_id,
        coalesce(message_types.message_type, 'other') as message_type
    from said
    left join chats on said.chat_id = chats.chat_id
    left join message_types
        on
            said.scheme = message_types.scheme
            and said.code = message_types.code
            and (message_types.sub_code is null or said.sub_code = message_types.sub_code)
),

final as (
    select
        tool,
        account_id,
        case when is_group then chat_id end as group_id,
        sender_id,
        case
            when is_group then null
            when sender_id = chat_id then account_id
            else chat_id
        end as receiver_id,
        name_key,
        other_name_key,
        sent_at,
        message_type,
        case
            when message_type = 'text' and content not like '<%' then content
        end as content,
        case when message_type = 'system' then content end as notice,
        place,
        tool_message_id,
        tool_reply_to_id,
        system,
        load_seq,
        line,
        landed_at
    from placed
)

select * from final
