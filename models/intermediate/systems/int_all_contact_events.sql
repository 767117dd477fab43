{{ united(
    'contact_events',
    key=['staff_id', 'member_id', 'event_type', 'occurred_at'],
    systems=[
        'canonical',
        'wecom',
        'scrm',
    ],
) }}
