{{ united(
    'live_sessions',
    key=['live_id'],
    systems=[
        'canonical',
        'weixin_channels',
    ],
) }}
