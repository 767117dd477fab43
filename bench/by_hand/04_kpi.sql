-- mart_community_kpi and its long form. Counts that add up are summed by group and day and then handed to the scopes;
-- people are counted once by going from days to weeks and months, from months to quarters, and from these to years.

create temp table membership_day as
with
group_flow as (
    select grp, date, sum(joins) as joins, sum(leaves) as leaves, sum(dissolved) as dissolved
    from (
        select grp, start_date as date, count(*) as joins, 0 as leaves, 0 as dissolved
        from span
        group by grp, start_date
        union all
        select
            grp, end_date, 0, count(*) filter (where end_reason = 'leave'),
            count(*) filter (where end_reason = 'dissolved')
        from span
        where end_date is not null
        group by grp, end_date
    )
    group by grp, date
),
changes as (
    select
        group_scope.scope, group_flow.date, group_flow.joins, group_flow.leaves, group_flow.dissolved,
        0 as entries, 0 as first_entries, 0 as exits, 0 as returns
    from group_flow
    inner join group_scope on group_flow.grp = group_scope.grp
    union all
    select
        scope, entered_date, 0, 0, 0, count(*), count(*) filter (where stretch_number = 1), 0, 0
    from presence
    group by scope, entered_date
    union all
    select
        scope, left_date, 0, 0, 0, 0, 0, count(*), count(*) filter (where next_entered_date = left_date)
    from presence
    where left_date is not null
    group by scope, left_date
    union all
    select scope.scope, date_row.date, 0, 0, 0, 0, 0, 0, 0
    from scope
    inner join date_row on scope.first_date <= date_row.date
),
daily as (
    select
        scope,
        date,
        sum(joins)::bigint as joins,
        sum(leaves)::bigint as leaves,
        sum(dissolved)::bigint as dissolved,
        sum(entries)::bigint as entries,
        sum(first_entries)::bigint as first_entries,
        sum(exits)::bigint as exits,
        sum(returns)::bigint as returns
    from changes
    group by scope, date
)
select
    scope,
    date,
    joins,
    leaves,
    dissolved,
    entries,
    exits,
    returns,
    (sum(joins - leaves - dissolved) over so_far)::bigint as memberships_end,
    (sum(entries - exits) over so_far)::bigint as members_end,
    (sum(first_entries) over so_far)::bigint as members_ever
from daily
window so_far as (partition by scope order by date);

delete from membership_day where date < (select min(date) from date_row);

create temp table membership_period as
with
flows as (
    select
        date_period.period,
        membership_day.scope,
        sum(membership_day.joins)::bigint as joins,
        sum(membership_day.leaves)::bigint as leaves,
        sum(membership_day.dissolved)::bigint as dissolved,
        sum(membership_day.entries)::bigint as entries,
        sum(membership_day.exits)::bigint as exits
    from membership_day
    inner join date_period on membership_day.date = date_period.date
    where
        date_period.period_type <> 'all'
        and membership_day.joins + membership_day.leaves + membership_day.dissolved
        + membership_day.entries + membership_day.exits > 0
    group by date_period.period, membership_day.scope
),
returns as (
    select departures.period, presence.scope, count(*) as members
    from presence
    inner join date_period as departures on presence.left_date = departures.date
    inner join date_period as comebacks
        on presence.next_entered_date = comebacks.date and departures.period = comebacks.period
    where presence.next_entered_date is not null
    group by departures.period, presence.scope
),
moves as (
    select distinct group_scope.scope, span.person, span.start_date as date, true as is_join
    from span
    inner join group_scope on span.grp = group_scope.grp
    union all
    select distinct group_scope.scope, span.person, span.end_date, false
    from span
    inner join group_scope on span.grp = group_scope.grp
    where span.end_reason = 'leave'
),
moves_in_order as (
    select *, lag(date) over (partition by scope, person, is_join order by date) as previous_date
    from moves
),
movers as (
    select
        date_period.period,
        moves_in_order.scope,
        count(*) filter (where moves_in_order.is_join) as joining,
        count(*) filter (where not moves_in_order.is_join) as leaving
    from moves_in_order
    inner join date_period on moves_in_order.date = date_period.date
    inner join period on date_period.period = period.period
    where
        date_period.period_type <> 'all'
        and (moves_in_order.previous_date is null or moves_in_order.previous_date < period.period_start)
    group by date_period.period, moves_in_order.scope
)
select
    scope_period.period,
    scope_period.scope,
    days.memberships_end - coalesce(flows.joins - flows.leaves - flows.dissolved, 0) as memberships_start,
    coalesce(flows.joins, 0) as joins,
    coalesce(flows.leaves, 0) as leaves,
    coalesce(flows.dissolved, 0) as dissolved_exits,
    days.memberships_end,
    days.members_end - coalesce(flows.entries - flows.exits, 0) as members_start,
    days.members_end + coalesce(flows.exits, 0) - coalesce(returns.members, 0) as members_present,
    days.members_end,
    coalesce(movers.joining, 0) as joining_members,
    coalesce(movers.leaving, 0) as leaving_members,
    days.members_ever
from scope_period
inner join membership_day as days
    on scope_period.scope = days.scope and scope_period.effective_end = days.date
left join flows on scope_period.scope = flows.scope and scope_period.period = flows.period
left join returns on scope_period.scope = returns.scope and scope_period.period = returns.period
left join movers on scope_period.scope = movers.scope and scope_period.period = movers.period;

-- Active people. In scope group a member-day of the group is one of the scope.
create temp table scope_person_day as
select group_scope.scope, group_day.person, group_day.date, group_day.messages
from group_day
inner join group_scope on group_day.grp = group_scope.grp
where group_scope.scope_type = 'group'
union all
select group_scope.scope, group_day.person, group_day.date, sum(group_day.messages)::integer
from group_day
inner join group_scope on group_day.grp = group_scope.grp
where group_scope.scope_type <> 'group'
group by group_scope.scope, group_day.person, group_day.date;

create temp table activity_day as
with
staff_days as (
    select grp, sent_date as date, count(*) as staff_messages
    from group_message
    where not is_customer and kind <> 'system' and not is_recalled
    group by grp, sent_date
),
changes as (
    select
        scope, date, sum(messages) as messages, count(*) as active_members, 0 as staff_messages
    from scope_person_day
    group by scope, date
    union all
    select group_scope.scope, staff_days.date, 0, 0, sum(staff_days.staff_messages)
    from staff_days
    inner join group_scope on staff_days.grp = group_scope.grp
    group by group_scope.scope, staff_days.date
)
select
    scope,
    date,
    sum(messages)::bigint as messages,
    sum(active_members)::bigint as active_members,
    sum(staff_messages)::bigint as staff_messages
from changes
group by scope, date;

-- one row for each person active in a period of a scope, but for days
create temp table person_week as
select scope, person, date_trunc('week', date)::date as period_start, sum(messages)::integer as messages
from scope_person_day
group by all;

create temp table person_month as
select scope, person, date_trunc('month', date)::date as period_start, sum(messages)::integer as messages
from scope_person_day
group by all;

create temp table person_period as
select 'week' as period_type, * from person_week
union all
select 'month', * from person_month
union all
select 'quarter', scope, person, date_trunc('quarter', period_start)::date, sum(messages)::integer
from person_month
group by all
union all
select 'year', scope, person, date_trunc('year', period_start)::date, sum(messages)::integer
from person_month
group by all;

-- People with equally many messages take neighbouring ranks: of n present, z of them silent, the Gini coefficient
-- is the sum of (2 (z + rank) - n - 1) x / (n sum of x).
create temp table speaking_period as
with
histogram as (
    select period_type, period_start, scope, messages, count(*) as members
    from person_period
    group by all
),
ranked as (
    select
        *,
        sum(members) over (partition by period_type, period_start, scope order by messages) - members
            as members_before
    from histogram
)
select
    period.period,
    ranked.scope,
    sum(ranked.members)::bigint as active_members,
    sum(ranked.messages * ranked.members) as messages,
    sum(ranked.messages * ranked.members * (2 * ranked.members_before + ranked.members)) as ranked_messages
from ranked
inner join period on ranked.period_type = period.period_type and ranked.period_start = period.period_start
group by period.period, ranked.scope;

-- The 28 days that end with a week, a month or the last day
create temp table window_date as
select date_row.date, ends.effective_end
from date_row
inner join (select distinct effective_end from period where period_type not in ('day', 'all')) as ends
    on date_row.date between ends.effective_end - 27 and ends.effective_end;

-- Four whole weeks, where they end on a Sunday.
create temp table window_members as
with
weeks as (
    select
        scope,
        period_start,
        lead(period_start) over (partition by scope, person order by period_start) as next_start
    from person_week
),
changes as (
    select scope, period_start as week, count(*) as members
    from weeks
    group by all
    union all
    select scope, least(coalesce(next_start, '9999-12-31'), period_start + 28), -count(*)
    from weeks
    group by all
    union all
    select scope.scope, period.period_start, 0
    from scope
    cross join period
    where period.period_type = 'week' and not period.is_partial
),
daily as (
    select scope, week, sum(members)::bigint as members from changes group by all
),
running as (
    select scope, week, sum(members) over (partition by scope order by week)::bigint as members
    from daily
),
full_weeks as (
    select effective_end from period where period_type = 'week' and not is_partial
),
of_other_ends as (
    select window_date.effective_end, days.scope, days.person
    from window_date
    anti join full_weeks on window_date.effective_end = full_weeks.effective_end
    inner join scope_person_day as days on window_date.date = days.date
    group by all
)
select scope, week + 6 as effective_end, members
from running
union all
select scope, effective_end, count(*)
from of_other_ends
group by all;

create temp table activity_period as
with
flows as (
    select
        date_period.period,
        activity_day.scope,
        sum(activity_day.messages)::bigint as messages,
        sum(activity_day.staff_messages)::bigint as staff_messages,
        sum(activity_day.active_members)::bigint as member_days
    from activity_day
    inner join date_period on activity_day.date = date_period.date
    where date_period.period_type <> 'all'
    group by date_period.period, activity_day.scope
),
-- a day without activity counts, as long as somebody is there
interaction as (
    select
        date_period.period,
        membership_day.scope,
        sum(
            activity_day.active_members::double
            / (membership_day.members_end + membership_day.exits - membership_day.returns)
        ) as rates,
        count(*) as days
    from membership_day
    left join activity_day on membership_day.scope = activity_day.scope and membership_day.date = activity_day.date
    inner join date_period on membership_day.date = date_period.date
    where
        membership_day.members_end + membership_day.exits - membership_day.returns > 0
        and date_period.period_type <> 'all'
    group by date_period.period, membership_day.scope
),
member_days_28d as (
    select activity_day.scope, window_date.effective_end, sum(activity_day.active_members)::bigint as member_days
    from activity_day
    inner join window_date on activity_day.date = window_date.date
    group by activity_day.scope, window_date.effective_end
)
select
    scope_period.period,
    scope_period.scope,
    coalesce(flows.messages, 0) as messages,
    coalesce(flows.staff_messages, 0) as staff_messages,
    case
        when scope_period.period_type = 'day' then coalesce(flows.member_days, 0)
        else coalesce(speaking.active_members, 0)
    end as active_members,
    coalesce(flows.member_days, 0) as active_member_days,
    coalesce(interaction.rates, 0) / interaction.days as interaction_rate,
    coalesce(window_members.members, 0) as active_members_28d,
    coalesce(member_days_28d.member_days, 0) as active_member_days_28d,
    speaking.messages as gini_messages,
    speaking.ranked_messages
from scope_period
left join flows on scope_period.scope = flows.scope and scope_period.period = flows.period
left join speaking_period as speaking
    on scope_period.scope = speaking.scope and scope_period.period = speaking.period
left join interaction on scope_period.scope = interaction.scope and scope_period.period = interaction.period
left join window_members
    on scope_period.scope = window_members.scope
    and scope_period.effective_end = window_members.effective_end
left join member_days_28d
    on scope_period.scope = member_days_28d.scope
    and scope_period.effective_end = member_days_28d.effective_end;

-- Groups that exist, and those of them where nobody has spoken for 14 days
create temp table group_period as
with
last_active as (
    select scope, date, lead(date) over (partition by scope order by date) as next_date
    from activity_day
    where active_members > 0
),
living as (
    select
        period.period,
        period.effective_end,
        groups.grp,
        group_scope.scope,
        groups.exists_from,
        coalesce(groups.dissolved_date <= period.effective_end, false) as is_dissolved
    from period
    inner join community_group as groups
        on period.effective_end >= groups.exists_from
        and period.period_start <= coalesce(groups.dissolved_date, '9999-12-31')
    inner join group_scope on groups.grp = group_scope.grp and group_scope.scope_type = 'group'
    where period.period_type <> 'all'
),
judged as (
    select
        living.period,
        living.grp,
        not living.is_dissolved
        and days.members_end > 0
        and living.exists_from <= living.effective_end - 14
        and coalesce(last_active.date <= living.effective_end - 14, true) as is_zombie
    from living
    left join membership_day as days on living.scope = days.scope and living.effective_end = days.date
    asof left join last_active
        on living.scope = last_active.scope and living.effective_end >= last_active.date
)
select judged.period, group_scope.scope, count(*) as groups, count(*) filter (where judged.is_zombie) as zombie_groups
from judged
inner join group_scope on judged.grp = group_scope.grp
group by judged.period, group_scope.scope;

-- Who took part, and who viewed pages: in the groups they name, or all those that the member is in
create temp table visit_period as
with
participation_group as (
    select row_number() over () as event, person, participated_at, participated_date, grp
    from participation
    where is_customer
),
participant_scope as (
    select participation_group.person, participation_group.participated_date as date, group_scope.scope
    from participation_group
    inner join group_scope on participation_group.grp = group_scope.grp
    union
    select participation_group.person, participation_group.participated_date, group_scope.scope
    from participation_group
    inner join span
        on participation_group.person = span.person
        and participation_group.participated_at >= span.started_at
        and (span.ended_at is null or participation_group.participated_at < span.ended_at)
    inner join group_scope on span.grp = group_scope.grp
    where participation_group.grp is null
),
view_group as (
    select view, grp from page_view where grp is not null
    union
    select page_view.view, span.grp
    from page_view
    inner join span
        on page_view.person = span.person
        and page_view.viewed_at >= span.started_at
        and (span.ended_at is null or page_view.viewed_at < span.ended_at)
),
view_scope as (
    select view_group.view, group_scope.scope
    from view_group
    inner join group_scope on view_group.grp = group_scope.grp
    where group_scope.scope_type = 'group'
    union all
    select distinct view_group.view, group_scope.scope
    from view_group
    inner join group_scope on view_group.grp = group_scope.grp
    where group_scope.scope_type not in ('all', 'group')
    union all
    select view, getvariable('scope_all') from page_view
),
person_days as (
    select scope, person::ubigint as visitor, false as is_visitor, date, 0 as views
    from participant_scope
    union all
    select view_scope.scope, page_view.visitor, true, page_view.viewed_date, count(*)
    from view_scope
    inner join page_view on view_scope.view = page_view.view
    group by all
),
in_order as (
    select *, lag(date) over (partition by is_visitor, scope, visitor order by date) as previous_date
    from person_days
)
select
    date_period.period,
    in_order.scope,
    count(*) filter (
        where not in_order.is_visitor
        and (in_order.previous_date is null or in_order.previous_date < period.period_start)
    ) as participants,
    coalesce(sum(in_order.views) filter (where in_order.is_visitor), 0)::bigint as page_views,
    count(*) filter (
        where in_order.is_visitor
        and (in_order.previous_date is null or in_order.previous_date < period.period_start)
    ) as visitors
from in_order
inner join date_period on in_order.date = date_period.date
inner join period on date_period.period = period.period
where date_period.period_type <> 'all'
group by date_period.period, in_order.scope;

create temp table buyer_day as
select
    sale_scope.scope,
    sale.person,
    sale.paid_date as date,
    count(*) as orders,
    count(*) filter (where sale.is_first) as first_orders,
    sum(sale.paid_amount) as gross_sales,
    sum(sale.net_sales) as net_sales,
    sum(sale.net_sales) filter (where sale.cost_of_goods is not null) as costed_sales,
    sum(sale.cost_of_goods) as cost_of_goods,
    lag(sale.paid_date) over pair as previous_date,
    lead(sale.paid_date) over pair as next_date
from sale_scope
inner join sale on sale_scope.sale = sale.sale
group by sale_scope.scope, sale.person, sale.paid_date
window pair as (partition by sale_scope.scope, sale.person order by sale.paid_date);

create temp table sales_period as
with
sums as (
    select
        date_period.period,
        buyer_day.scope,
        sum(buyer_day.orders)::bigint as orders,
        count(*) filter (
            where buyer_day.previous_date is null or buyer_day.previous_date < period.period_start
        ) as buyers,
        sum(buyer_day.first_orders)::bigint as first_time_buyers,
        sum(buyer_day.gross_sales) as gross_sales,
        sum(buyer_day.net_sales) as net_sales,
        sum(buyer_day.costed_sales) as costed_sales,
        sum(buyer_day.cost_of_goods) as cost_of_goods,
        0 as attributed
    from buyer_day
    inner join date_period on buyer_day.date = date_period.date
    inner join period on date_period.period = period.period
    where date_period.period_type <> 'all'
    group by date_period.period, buyer_day.scope
    union all
    select date_period.period, group_scope.scope, 0, 0, 0, 0, 0, null, null, sum(days.net_sales)
    from (
        select attributed_grp, paid_date, sum(net_sales) as net_sales
        from sale
        where attributed_grp is not null
        group by all
    ) as days
    inner join group_scope on days.attributed_grp = group_scope.grp
    inner join date_period on days.paid_date = date_period.date
    where date_period.period_type <> 'all'
    group by date_period.period, group_scope.scope
)
select
    period,
    scope,
    sum(orders)::bigint as orders,
    sum(buyers)::bigint as buyers,
    sum(first_time_buyers)::bigint as first_time_buyers,
    sum(gross_sales)::decimal(18, 2) as gross_sales,
    sum(net_sales)::decimal(18, 2) as net_sales,
    sum(costed_sales)::decimal(18, 2) as costed_sales,
    sum(cost_of_goods)::decimal(38, 9) as cost_of_goods,
    sum(attributed)::decimal(18, 2) as attributed_net_sales
from sums
group by period, scope;

-- R11: from a purchase day on its buyer is in the windows that end before the next, as long as they reach back to it
create temp table repurchase_day as
with
windows as (
    select
        scope,
        date,
        least(coalesce(next_date, '9999-12-31'), date + 90) as buyer_until,
        case when previous_date is not null then least(coalesce(next_date, '9999-12-31'), previous_date + 90) end
            as repeat_until
    from buyer_day
),
changes as (
    select scope, date, count(*) as buyers, count(*) filter (where repeat_until > date) as repeat_buyers
    from windows
    group by all
    union all
    select scope, buyer_until, -count(*), 0 from windows group by all
    union all
    select scope, repeat_until, 0, -count(*) from windows where repeat_until > date group by all
),
daily as (
    select scope, date, sum(buyers) as buyers, sum(repeat_buyers) as repeat_buyers from changes group by all
)
select
    scope,
    date,
    sum(buyers) over so_far as buyers,
    sum(repeat_buyers) over so_far as repeat_buyers
from daily
window so_far as (partition by scope order by date);

create temp table repurchase_period as
select
    scope_period.period,
    scope_period.scope,
    repurchase_day.repeat_buyers::double / nullif(repurchase_day.buyers::double, 0) as repurchase_rate
from (from scope_period where period_type <> 'day') as scope_period
asof inner join repurchase_day
    on scope_period.scope = repurchase_day.scope and scope_period.effective_end >= repurchase_day.date;

create temp table kpi as
select
    cells.period,
    cells.scope,
    period.period_type,
    period.period_start,
    scope.scope_type,
    scope.scope_id,
    period.period_end,
    period.is_partial,
    coalesce(group_period.groups, 0) as groups,
    coalesce(group_period.zombie_groups, 0) as zombie_groups,
    membership.memberships_start,
    membership.joins,
    membership.leaves,
    membership.dissolved_exits,
    membership.memberships_end,
    membership.joins - membership.leaves as net_growth,
    membership.members_start,
    membership.members_present,
    membership.members_end,
    membership.joining_members,
    membership.leaving_members,
    membership.joining_members::double / nullif(membership.members_start, 0) as new_member_rate,
    membership.leaving_members::double / nullif(membership.members_present, 0) as leave_rate,
    1 - membership.leaving_members::double / nullif(membership.members_present, 0) as stay_rate,
    membership.members_end::double / nullif(membership.members_ever, 0) as in_group_rate,
    activity.messages,
    activity.staff_messages,
    activity.staff_messages::double / nullif(activity.messages + activity.staff_messages, 0) as staff_message_share,
    activity.active_members,
    activity.active_members::double / nullif(membership.members_present, 0) as active_rate,
    activity.active_member_days::double / nullif(activity.active_members, 0) as active_days_average,
    activity.active_member_days::double / (period.effective_end - period.period_start + 1)
        as average_daily_active_members,
    activity.interaction_rate,
    case
        when period.period_type <> 'day'
            then activity.active_member_days_28d / 28.0::double / nullif(activity.active_members_28d, 0)
    end as stickiness_rate,
    activity.messages::double / nullif(membership.members_present, 0) as messages_per_member,
    activity.messages::double / nullif(activity.active_members, 0) as messages_per_active_member,
    (
        activity.ranked_messages
        + (membership.members_present - 2 * activity.active_members) * activity.gini_messages
    )::double / nullif(membership.members_present::double * activity.gini_messages::double, 0) as message_gini,
    coalesce(visits.participants, 0) as participants,
    coalesce(visits.participants, 0)::double / nullif(membership.members_present, 0) as participation_rate,
    coalesce(visits.page_views, 0) as page_views,
    coalesce(visits.visitors, 0) as visitors,
    coalesce(sales.orders, 0) as orders,
    coalesce(sales.buyers, 0) as buyers,
    coalesce(sales.first_time_buyers, 0) as first_time_buyers,
    coalesce(sales.gross_sales, 0)::decimal(18, 2) as gross_sales,
    coalesce(sales.net_sales, 0)::decimal(18, 2) as net_sales,
    coalesce(sales.gross_sales - sales.net_sales, 0)::decimal(18, 2) as refund_amount,
    round(sales.cost_of_goods, 2)::decimal(18, 2) as cost_of_goods,
    round(sales.costed_sales - sales.cost_of_goods, 2)::decimal(18, 2) as gross_profit,
    (sales.costed_sales - sales.cost_of_goods)::double / nullif(sales.costed_sales::double, 0) as gross_margin_rate,
    coalesce(sales.costed_sales, 0)::double / nullif(sales.net_sales::double, 0) as cost_coverage_rate,
    coalesce(sales.attributed_net_sales, 0)::decimal(18, 2) as attributed_net_sales,
    coalesce(sales.buyers, 0)::double / nullif(membership.members_present, 0) as member_conversion_rate,
    coalesce(sales.orders, 0)::double / nullif(membership.members_present, 0) as orders_per_member,
    sales.net_sales::double / nullif(sales.buyers, 0) as sales_per_buyer,
    sales.net_sales::double / nullif(sales.orders, 0) as average_order_value,
    coalesce(sales.net_sales, 0)::double / nullif(membership.members_present, 0) as sales_per_member,
    repurchase.repurchase_rate
from scope_period as cells
inner join period on cells.period = period.period
inner join scope on cells.scope = scope.scope
inner join membership_period as membership on cells.scope = membership.scope and cells.period = membership.period
inner join activity_period as activity on cells.scope = activity.scope and cells.period = activity.period
left join group_period on cells.scope = group_period.scope and cells.period = group_period.period
left join visit_period as visits on cells.scope = visits.scope and cells.period = visits.period
left join sales_period as sales on cells.scope = sales.scope and cells.period = sales.period
left join repurchase_period as repurchase on cells.scope = repurchase.scope and cells.period = repurchase.period;

create table marts.mart_community_kpi as
select * exclude (period, scope) from kpi;
