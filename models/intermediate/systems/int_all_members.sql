{{ united(
    'members',
    key=['member_id'],
    systems=[
        'canonical',
    ],
) }}
