{{ united(
    'vendor_figures',
    key=['system', 'figure_date', 'scope_type', 'scope_id', 'vendor_metric'],
    systems=[
        'wecom',
        'scrm',
        'official_account',
    ],
) }}
