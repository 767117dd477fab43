{{ united(
    'activity_participations',
    key=['activity_id', 'member_id', 'participated_at', 'action'],
    systems=[
        'canonical',
        'kuaituantuan',
    ],
) }}
