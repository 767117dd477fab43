{{ united(
    'feedback',
    key=['feedback_id'],
    systems=[
        'canonical',
        'scrm',
    ],
) }}
