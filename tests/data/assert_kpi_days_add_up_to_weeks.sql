-- What flows adds up over time: the days of a week make the week, in every scope.
{%- set columns = [
    'joins', 'leaves', 'dissolved_exits', 'net_growth', 'messages', 'staff_messages', 'page_views',
    'orders', 'first_time_buyers', 'gross_sales', 'net_sales', 'attributed_net_sales',
] %}
with weeks as (
    select *
    from {{ tested_rows(
        'mart_community_kpi',
        ['period_type', 'period_start'],
        {'mart_community_kpi': ["'week'", period_start('week', 'period_start')]}
    ) }}
    where period_type = 'week'
),

day_sums as (
    select
        {% for column in columns -%}
        sum(kpis.{{ column }}) as {{ column }},
        {% endfor -%}
        dates.week_start,
        kpis.scope_type,
        kpis.scope_id
    from {{ ref('mart_community_kpi') }} as kpis
    inner join {{ ref('dim_date') }} as dates
        on kpis.period_start = dates.date
    where
        kpis.period_type = 'day'
        and dates.week_start in (select weeks.period_start from weeks)
    group by dates.week_start, kpis.scope_type, kpis.scope_id
)

select
    weeks.period_start,
    weeks.scope_type,
    weeks.scope_id
from weeks
cross join {{ ref('dim_reporting_window') }} as reporting_window
left join day_sums
    on
        weeks.period_start = day_sums.week_start
        and {{ same_scope('weeks', 'day_sums') | indent(8) }}
where
    weeks.period_start >= reporting_window.history_start_date
    and (
        {% for column in columns -%}
        weeks.{{ column }} is distinct from day_sums.{{ column }}{{ ' or ' if not loop.last }}
        {% endfor -%}
    )
