{{ united(
    'products',
    key=['product_id'],
    systems=[
        'canonical',
        'wecom',
        'youzan',
        'kuaituantuan',
        'weixin_shop',
    ],
    described_by=[
        'product_name',
        'category',
        'product_role',
        'unit_cost',
        'list_price',
        'repurchase_cycle_days',
    ],
) }}
