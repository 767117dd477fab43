{{ united(
    'groups',
    key=['group_id'],
    systems=[
        'canonical',
        'chat_export',
        'wecom',
        'scrm',
    ],
    described_by=[
        'group_name',
        'platform',
        'group_type',
        'is_flash',
        'stage',
        'owner_staff_id',
        'created_at',
        'dissolved_at',
    ],
) }}
