{{ united(
    'kpi_targets',
    key=['scorecard', 'period_type', 'period_start', 'scope_type', 'scope_id', 'metric_id'],
    slice=['scorecard', 'period_type', 'period_start', 'scope_type', 'metric_id'],
    systems=[
        'canonical',
    ],
) }}
