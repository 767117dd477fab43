{{ united(
    'identities',
    key=['id_type', 'id_value'],
    systems=[
        'canonical',
    ],
) }}
