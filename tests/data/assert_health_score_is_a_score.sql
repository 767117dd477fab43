-- A score lies between 0 and 100 (the last digit of a weighted mean aside);
-- a dissolved group has neither score nor recommendation.
select
    health.group_id,
    health.health_score,
    health.recommendation
from {{ ref('mart_group_health') }} as health
inner join {{ ref('dim_group') }} as dim_groups
    on health.group_id = dim_groups.group_id
where
    health.health_score not between 0 and 100 + 1e-9
    or (dim_groups.dissolved_date is null) <> (health.recommendation is not null)
    or (dim_groups.dissolved_date is not null and health.health_score is not null)
