with kpi_targets as (
    select * from {{ ref('int_kpi_targets') }}
),

final as (
    select
        scorecard,
        period_type,
        period_start,
        scope_type,
        scope_id,
        metric_id,
        target,
        weight,
        direction,
        low,
        high
    from kpi_targets
)

select * from final
