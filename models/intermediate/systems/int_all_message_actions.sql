{{ united(
    'message_actions',
    key=['message_id', 'actor_id', 'action', 'occurred_at'],
    slice=['actor_id', 'action', 'occurred_at'],
    systems=[
        'canonical',
        'wecom',
    ],
) }}
