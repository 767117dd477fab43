{{ united(
    'staff',
    key=['staff_id'],
    systems=[
        'canonical',
    ],
) }}
