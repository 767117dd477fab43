{{ united(
    'channels',
    key=['channel_id'],
    systems=[
        'canonical',
        'ads',
        'weixin_channels',
    ],
    described_by=[
        'channel_name',
        'channel_kind',
        'parent_channel_id',
        'is_paid',
    ],
) }}
