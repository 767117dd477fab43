{{ united(
    'orders',
    key=['order_id'],
    systems=[
        'canonical',
        'wecom',
        'scrm',
        'youzan',
        'kuaituantuan',
        'weixin_shop',
    ],
) }}
