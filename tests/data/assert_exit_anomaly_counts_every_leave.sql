-- From a group's first row on every day has one, to its dissolution or as_of_date, and the leaves
-- on them are those of the memberships.
with spans as (
    select
        group_id,
        end_date,
        count(*) as leaves
    from {{ ref('fct_membership_span') }}
    where end_reason = 'leave'
    group by group_id, end_date
),

judged_groups as (
    select
        judged.group_id,
        min(judged.date) as first_date,
        max(judged.date) as last_date,
        count(*) as days,
        sum(judged.leaves + judged.undated_leaves) as leaves
    from {{ ref('mart_exit_anomaly') }} as judged
    group by judged.group_id
),

left_groups as (
    select
        judged_groups.group_id,
        sum(spans.leaves) as leaves
    from judged_groups
    inner join spans
        on
            judged_groups.group_id = spans.group_id
            and judged_groups.first_date <= spans.end_date
    group by judged_groups.group_id
)

select
    judged_groups.*,
    left_groups.leaves as left_memberships
from judged_groups
inner join {{ ref('dim_group') }} as groups
    on judged_groups.group_id = groups.group_id
cross join {{ ref('dim_reporting_window') }} as reporting_window
left join left_groups
    on judged_groups.group_id = left_groups.group_id
where
    judged_groups.leaves <> coalesce(left_groups.leaves, 0)
    or judged_groups.last_date
    <> coalesce(groups.dissolved_date, reporting_window.as_of_date)
    or judged_groups.days
    <> {{ days_between('judged_groups.first_date', 'judged_groups.last_date') }} + 1
