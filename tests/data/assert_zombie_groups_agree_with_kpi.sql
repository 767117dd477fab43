-- The zombies of mart_group_health are the zombie groups of the newest day in scope all.
with reporting_window as (
    select as_of_date
    from {{ ref('dim_reporting_window') }}
),

judged as (
    select count(case when is_zombie then 1 end) as zombies
    from {{ ref('mart_group_health') }}
),

counted as (
    select kpis.zombie_groups
    from {{ ref('mart_community_kpi') }} as kpis
    inner join reporting_window on kpis.period_start = reporting_window.as_of_date
    where kpis.period_type = 'day' and kpis.scope_type = 'all'
)

select
    judged.zombies,
    counted.zombie_groups
from judged
cross join counted
where judged.zombies <> counted.zombie_groups
