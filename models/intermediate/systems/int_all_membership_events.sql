{{ united(
    'membership_events',
    key=['group_id', 'member_id', 'event_type', 'occurred_at'],
    systems=[
        'canonical',
        'chat_export',
        'wecom',
        'scrm',
    ],
) }}
