-- Every target is scored once, with the figure of mart_metric_value where there is one.
with targets as (
    select count(*) as row_count
    from {{ ref('fct_kpi_target') }}
),

scored as (
    select count(*) as row_count
    from {{ ref('mart_kpi_scorecard') }}
)

select
    targets.row_count as targets,
    scored.row_count as scored
from targets
cross join scored
where targets.row_count <> scored.row_count
