-- Whoever joined has one first channel, so joined cohorts of all channels make up those of scope all.
{%- set cell = [
    'cohort_event', 'cohort_period_type', 'cohort_start', 'subject', 'rule', 'interval_type', 'interval_number',
] %}
with retention as (
    select * from {{ ref('mart_retention') }}
    where cohort_event = 'joined' and scope_type in ('all', 'channel')
)

select {{ cell | join(', ') }}
from retention
group by {{ cell | join(', ') }}
having
    {% for column in ['cohort_members', 'eligible_members', 'retained_members'] -%}
    sum(case when scope_type = 'all' then {{ column }} else -{{ column }} end) <> 0
    {{- ' or' if not loop.last }}
    {% endfor %}
