-- A stage has 100 points; process metrics carry 80 of them at launch, 50 in growth, 20 at maturity.
with weights as (
    select
        stage_metrics.stage,
        sum(stage_metrics.weight) as points,
        sum(case when definitions.family = 'process' then stage_metrics.weight end)
            as process_points
    from {{ ref('stage_scorecards') }} as stage_metrics
    inner join {{ ref('metric_definitions') }} as definitions
        on stage_metrics.metric_id = definitions.metric_id
    group by stage_metrics.stage
)

select *
from weights
where
    points <> 100
    or process_points
    <> case stage
        when 'launch' then 80
        when 'growth' then 50
        else 20
    end
