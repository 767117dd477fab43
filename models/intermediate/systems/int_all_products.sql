{{ united(
    'products',
    key=['product_id'],
    systems=[
        'canonical',
        'wecom',
    ],
) }}
