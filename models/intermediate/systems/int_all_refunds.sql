{{ united(
    'refunds',
    key=['refund_id'],
    systems=[
        'canonical',
        'wecom',
        'scrm',
    ],
) }}
