{{ united(
    'groups',
    key=['group_id'],
    systems=[
        'canonical',
    ],
) }}
