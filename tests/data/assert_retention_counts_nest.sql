-- Retained are some of the eligible, eligible some of the cohort, and complete is what R16 says.
with retention as (
    select * from {{ ref('mart_retention') }}
),

reporting_window as (
    select * from {{ ref('dim_reporting_window') }}
),

with_ends as (
    select
        retention.*,
        reporting_window.as_of_date,
        case
            when retention.cohort_period_type = 'week'
                then {{ add_days('cohort_start', '(interval_number + 1) * 7') }}
            else {{ add_months('cohort_start', 'interval_number + 1') }}
        end as next_period_start
    from retention
    cross join reporting_window
)

select *
from with_ends
where
    retained_members > eligible_members
    or eligible_members > cohort_members
    or (interval_type = 'day' and is_complete <> (eligible_members = cohort_members))
    or (
        interval_type = 'period'
        and is_complete <> (next_period_start <= {{ add_days('as_of_date', 1) }})
    )
