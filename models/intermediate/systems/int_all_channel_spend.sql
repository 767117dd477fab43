{{ united(
    'channel_spend',
    key=['spend_date', 'channel_id', 'campaign_id', 'cost_kind'],
    slice=['spend_date', 'channel_id'],
    systems=[
        'canonical',
        'ads',
        'weixin_channels',
    ],
) }}
