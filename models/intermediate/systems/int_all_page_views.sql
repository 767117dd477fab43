{{ united(
    'page_views',
    key=['viewed_at', 'visitor_id', 'page'],
    systems=[
        'canonical',
    ],
) }}
