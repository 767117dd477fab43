-- Every membership at the end of as_of_date has its row, no score passes 100, and a score has
-- reasons (a rule that somebody gave no points may be a reason without a score).
with memberships as (
    select sum(membership.memberships_end) as memberships
    from {{ ref('int_scope_membership') }} as membership
    inner join {{ ref('dim_period') }} as periods
        on
            membership.period_type = periods.period_type
            and membership.period_start = periods.period_start
    cross join {{ ref('dim_reporting_window') }} as reporting_window
    where
        membership.scope_type = 'all'
        and membership.period_type = 'year'
        and periods.effective_end = reporting_window.as_of_date
),

risks as (
    select
        count(*) as memberships,
        sum(case when risk_score > 100 then 1 else 0 end) as too_high,
        sum(case when risk_score > 0 and reasons = '' then 1 else 0 end) as unexplained
    from {{ ref('mart_churn_risk') }}
)

select
    memberships.memberships as expected,
    risks.*
from memberships
cross join risks
where
    coalesce(memberships.memberships, 0) <> risks.memberships
    or risks.too_high > 0
    or risks.unexplained > 0
