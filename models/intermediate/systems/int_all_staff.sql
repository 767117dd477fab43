{{ united(
    'staff',
    key=['staff_id'],
    systems=[
        'canonical',
        'scrm',
    ],
    described_by=[
        'staff_name',
        'department',
        'role',
        'member_id',
    ],
) }}
