with kpi_targets as (
    select * from {{ ref('int_all_kpi_targets') }}
),

reporting_window as (
    select * from {{ ref('int_reporting_window') }}
),

-- the scope all is one, whatever its cell holds
with_scope as (
    select
        kpi_targets.*,
        case
            when kpi_targets.scope_type = 'all' then 'all' else kpi_targets.scope_id
        end as target_scope_id
    from kpi_targets
    cross join reporting_window
),

ranked as (
    select
        *,
        row_number() over (
            partition by
                scorecard, period_type, period_start, scope_type, target_scope_id, metric_id
            order by load_seq desc, line desc
        ) as target_rank
    from with_scope
),

final as (
    select
        scorecard,
        period_type,
        period_start,
        scope_type,
        target_scope_id as scope_id,
        metric_id,
        target,
        weight,
        direction,
        low,
        high
    from ranked
    where target_rank = 1
)

select * from final
