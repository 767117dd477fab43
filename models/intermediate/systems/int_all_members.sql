{{ united(
    'members',
    key=['member_id'],
    systems=[
        'canonical',
        'chat_export',
        'wecom',
        'scrm',
        'youzan',
        'kuaituantuan',
        'weixin_shop',
    ],
    described_by=[
        'member_type',
        'unionid',
        'phone_key',
        'gender',
        'city',
        'birthday',
        'first_seen_at',
    ],
    weak={'member_type': 'customer', 'gender': 'unknown'},
) }}
