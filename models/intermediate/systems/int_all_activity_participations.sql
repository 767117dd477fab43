{{ united(
    'activity_participations',
    key=['activity_id', 'member_id', 'participated_at', 'action'],
    slice=['activity_id', 'member_id', 'participated_at'],
    systems=[
        'canonical',
        'kuaituantuan',
    ],
) }}
