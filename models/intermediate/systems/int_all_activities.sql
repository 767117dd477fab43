{{ united(
    'activities',
    key=['activity_id'],
    systems=[
        'canonical',
        'kuaituantuan',
    ],
) }}
