{{ united(
    'messages',
    key=['message_id'],
    systems=[
        'canonical',
        'wecom',
        'scrm',
    ],
) }}
