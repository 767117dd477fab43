-- R6, R9: memberships, messages, zombie groups and attributed sales add up to all.
{%- set columns = [
    'memberships_start', 'joins', 'leaves', 'dissolved_exits', 'memberships_end', 'messages',
    'staff_messages', 'zombie_groups', 'attributed_net_sales',
] %}
with sums as (
    select
        {% for column in columns -%}
        sum({{ column }}) as {{ column }},
        {% endfor -%}
        period_type,
        period_start,
        scope_type
    from {{ ref('mart_community_kpi') }}
    group by period_type, period_start, scope_type
)

select
    parts.period_type,
    parts.period_start,
    parts.scope_type
from sums as parts
inner join sums as whole
    on
        parts.period_type = whole.period_type
        and parts.period_start = whole.period_start
where
    whole.scope_type = 'all'
    and (
        {% for column in columns -%}
        parts.{{ column }} <> whole.{{ column }}{{ ' or ' if not loop.last }}
        {% endfor -%}
    )
