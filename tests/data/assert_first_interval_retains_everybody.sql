-- A first message or a first order is itself the return of the cohort's own week or month.
select *
from {{ ref('mart_retention') }}
where
    cohort_event in ('first_active', 'first_purchase')
    and interval_type = 'period'
    and interval_number = 0
    and retained_members <> cohort_members
