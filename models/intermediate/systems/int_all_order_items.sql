{{ united(
    'order_items',
    key=['order_id', 'line_number'],
    systems=[
        'canonical',
        'wecom',
        'scrm',
        'youzan',
        'kuaituantuan',
        'weixin_shop',
    ],
) }}
