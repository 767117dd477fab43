{{ united(
    'content_posts',
    key=['post_date', 'post_id'],
    systems=[
        'canonical',
        'official_account',
    ],
) }}
