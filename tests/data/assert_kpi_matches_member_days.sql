-- Two ways to one figure: member-days, summed, are the day rows of the group.
with member_days as (
    select
        group_id,
        date,
        sum(joins) as joins,
        sum(leaves) as leaves,
        sum(valid_messages) as messages,
        count(*) filter (where valid_messages > 0) as active_members,
        sum(attributed_net_sales) as attributed_net_sales
    from {{ tested_rows('fct_member_day', ['group_id', 'date']) }}
    group by group_id, date
),

kpis as (
    select *
    from {{ tested_rows(
        'mart_community_kpi',
        ['scope_id', 'period_start'],
        {'fct_member_day': ['group_id', 'date']}
    ) }}
    where period_type = 'day' and scope_type = 'group'
)

select
    coalesce(kpis.scope_id, member_days.group_id) as group_id,
    coalesce(kpis.period_start, member_days.date) as date
from kpis
full outer join member_days
    on
        kpis.scope_id = member_days.group_id
        and kpis.period_start = member_days.date
where
    coalesce(kpis.joins, 0) <> coalesce(member_days.joins, 0)
    or coalesce(kpis.leaves, 0) <> coalesce(member_days.leaves, 0)
    or coalesce(kpis.messages, 0) <> coalesce(member_days.messages, 0)
    or coalesce(kpis.active_members, 0) <> coalesce(member_days.active_members, 0)
    or coalesce(kpis.attributed_net_sales, 0) <> coalesce(member_days.attributed_net_sales, 0)
