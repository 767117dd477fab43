{{ united(
    'member_tags',
    key=['member_id', 'tag', 'tagged_at'],
    systems=[
        'canonical',
        'wecom',
        'scrm',
    ],
) }}
