{%- set keys = ['period_type', 'period_start', 'scope_type', 'scope_id'] -%}
-- R3, R7: every stock of every scope follows from the one before, the last one from the open spans.
with kpis as (
    select
        kpis.*,
        periods.previous_start
    from {{ tested_rows('mart_community_kpi', keys) }} as kpis
    inner join {{ ref('dim_period') }} as periods
        on
            kpis.period_type = periods.period_type
            and kpis.period_start = periods.period_start
),

broken_chain as (
    select
        kpis.period_type,
        kpis.period_start,
        kpis.scope_type,
        kpis.scope_id
    from kpis
    left join {{ ref('mart_community_kpi') }} as previous
        on
            kpis.period_type = previous.period_type
            and kpis.previous_start = previous.period_start
            and {{ same_scope('kpis', 'previous') | indent(8) }}
    where
        kpis.memberships_end
        <> kpis.memberships_start + kpis.joins - kpis.leaves - kpis.dissolved_exits
        or kpis.memberships_start <> previous.memberships_end
        or kpis.members_start <> previous.members_end
        or kpis.members_present < kpis.members_start
        or kpis.members_present > kpis.members_start + kpis.joining_members
        or kpis.members_present < kpis.joining_members
),

open_spans as (
    select
        scopes.scope_type,
        scopes.scope_id,
        count(*) as memberships,
        count(distinct spans.member_id) as members
    from {{ ref('fct_membership_span') }} as spans
    inner join {{ ref('bridge_group_scope') }} as scopes
        on spans.group_id = scopes.group_id
    cross join {{ ref('dim_reporting_window') }} as reporting_window
    where spans.end_date is null or spans.end_date > reporting_window.as_of_date
    group by 1, 2
),

broken_end as (
    select
        kpis.period_type,
        kpis.period_start,
        kpis.scope_type,
        kpis.scope_id
    from kpis
    cross join {{ ref('dim_reporting_window') }} as reporting_window
    left join open_spans
        on {{ same_scope('kpis', 'open_spans') | indent(8) }}
    where
        kpis.period_end >= reporting_window.as_of_date
        and (
            kpis.memberships_end <> coalesce(open_spans.memberships, 0)
            or kpis.members_end <> coalesce(open_spans.members, 0)
        )
)

select * from broken_chain
union all
select * from broken_end
