{{ united(
    'messages',
    key=['message_id'],
    systems=[
        'canonical',
        'chat_export',
        'wecom',
        'scrm',
    ],
) }}
