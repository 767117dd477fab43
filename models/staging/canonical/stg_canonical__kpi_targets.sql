with source as (
    select *
    from {{ source('raw', 'canonical__kpi_targets') }}
),

final as (
    select
        scorecard,
        period_type,
        cast(period_start as date) as period_start,
        scope_type,
        scope_id,
        metric_id,
        cast(target as double) as target,
        cast(weight as double) as weight,
        direction,
        cast(low as double) as low,
        cast(high as double) as high,
        system,
        load_seq,
        line,
        landed_at
    from source
)

select * from final
