{{ united(
    'staff',
    key=['staff_id'],
    systems=[
        'canonical',
    ],
    described_by=[
        'staff_name',
        'department',
        'role',
        'member_id',
    ],
) }}
