{{ united(
    'refunds',
    key=['refund_id'],
    systems=[
        'canonical',
        'wecom',
        'scrm',
        'youzan',
        'kuaituantuan',
        'weixin_shop',
    ],
) }}
