-- Whoever is retained in an interval is retained in it or later.
{%- set cell = [
    'scope_type', 'scope_id', 'cohort_event', 'cohort_period_type', 'cohort_start', 'subject',
    'interval_type', 'interval_number',
] %}
with retention as (
    select * from {{ tested_rows('mart_retention', cell) }}
)

select {{ cell | join(', ') }}
from retention
group by {{ cell | join(', ') }}
having
    count(*) <> 2
    or max(case when rule = 'unbounded' then retained_members end)
    < max(case when rule = 'bounded' then retained_members end)
