-- Whoever joined has one first channel: the channels' joined cohorts make up those of scope all.
{%- set cell = [
    'cohort_event', 'cohort_period_type', 'cohort_start', 'subject', 'rule', 'interval_type',
    'interval_number',
] %}
with retention as (
    select * from {{ ref('mart_retention') }}
    where cohort_event = 'joined' and scope_type in ('all', 'channel')
)

select {{ cell | join(', ') }}
from retention
group by {{ cell | join(', ') }}
having
    sum(case when scope_type = 'all' then cohort_members else -cohort_members end) <> 0
    or sum(case when scope_type = 'all' then eligible_members else -eligible_members end) <> 0
    or sum(case when scope_type = 'all' then retained_members else -retained_members end) <> 0
