{{ united(
    'touches',
    key=['touch_id'],
    systems=[
        'canonical',
        'wecom',
        'scrm',
    ],
) }}
