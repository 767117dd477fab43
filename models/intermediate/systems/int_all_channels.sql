{{ united(
    'channels',
    key=['channel_id'],
    systems=[
        'canonical',
        'ads',
        'weixin_channels',
    ],
) }}
