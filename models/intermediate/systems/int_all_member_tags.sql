{{ united(
    'member_tags',
    key=['member_id', 'tag', 'tagged_at'],
    slice=['member_id', 'tag'],
    systems=[
        'canonical',
        'wecom',
        'scrm',
    ],
) }}
