-- Channels: what they cost, whom they bring, and what these become.

create temp table channel_day as
with
spends as (
    select
        channel_id,
        spend_date as date,
        count(*)::decimal(38, 10) as spend_rows,
        sum(impressions)::decimal(38, 10) as impressions,
        sum(clicks)::decimal(38, 10) as clicks,
        sum(invited)::decimal(38, 10) as invited,
        sum(cost_amount)::decimal(38, 10) as cost_amount,
        (sum(cost_amount) filter (where cost_kind = 'ad'))::decimal(38, 10) as ad_cost_amount
    from spend
    where spend_date <= getvariable('as_of')
    group by all
),
present_days as (
    select
        cohort.channel_id,
        cohort.person,
        cohort.cohort_date,
        bool_or(cohort.cohort_date + 7 >= presence.entered_date
            and (presence.left_date is null or presence.left_date > cohort.cohort_date + 7)) as stays_7d,
        bool_or(cohort.cohort_date + 30 >= presence.entered_date
            and (presence.left_date is null or presence.left_date > cohort.cohort_date + 30)) as stays_30d
    from cohort
    inner join presence on cohort.scope = presence.scope and cohort.person = presence.person
    where cohort.event = 'joined' and cohort.scope = getvariable('scope_all')
    group by all
),
counted as (
    select channel_id, start_date as date, 'new_members' as what, count(*)::decimal(38, 10) as value
    from first_span
    group by all
    union all
    select coalesce(channel_id, 'unknown'), start_date, 'joins', count(*)
    from span
    where join_source = 'event'
    group by all
    union all
    select channel_id, cohort_date, 'eligible_7d', count(*)
    from present_days
    where cohort_date + 7 <= getvariable('as_of')
    group by all
    union all
    select channel_id, cohort_date, 'retained_7d', count(*)
    from present_days
    where cohort_date + 7 <= getvariable('as_of') and stays_7d
    group by all
    union all
    select channel_id, cohort_date, 'eligible_30d', count(*)
    from present_days
    where cohort_date + 30 <= getvariable('as_of')
    group by all
    union all
    select channel_id, cohort_date, 'retained_30d', count(*)
    from present_days
    where cohort_date + 30 <= getvariable('as_of') and stays_30d
    group by all
    union all
    select first_span.channel_id, greatest(first_paid.paid_date, first_span.start_date), 'converted', count(*)
    from first_span
    inner join first_paid on first_span.person = first_paid.person
    group by all
    union all
    select first_span.channel_id, first_paid.paid_date, 'first_time_buyers', count(*)
    from first_span
    inner join first_paid on first_span.person = first_paid.person
    group by all
    union all
    select channel_id, date, unnest(['spend_rows', 'impressions', 'clicks', 'invited', 'cost', 'ad_cost']),
        unnest([spend_rows, impressions, clicks, invited, cost_amount, ad_cost_amount])
    from spends
),
orders as (
    select first_span.channel_id, sale.paid_date as date,
        count(*)::decimal(38, 10) as orders,
        sum(sale.net_sales)::decimal(38, 10) as net_sales,
        (sum(sale.net_sales) filter (where sale.cost_of_goods is not null))::decimal(38, 10) as costed_sales,
        sum(sale.cost_of_goods)::decimal(38, 10) as cost_of_goods
    from sale
    inner join first_span on sale.person = first_span.person
    group by all
)
from counted
where value is not null
union all
select channel_id, date, unnest(['orders', 'net_sales', 'costed_sales', 'cost_of_goods']),
    unnest([orders, net_sales, costed_sales, cost_of_goods])
from orders;

create table marts.mart_channel_roi as
with
first_days as (
    select channel_id, min(date) as first_date
    from channel_day
    where what in ('new_members', 'joins', 'spend_rows') and value > 0
    group by channel_id
),
cells as (
    select period.*, first_days.channel_id
    from period
    inner join first_days on period.effective_end >= first_days.first_date
    where period.period_type in ('month', 'quarter', 'year', 'all')
),
sums as (
    select
        cells.period,
        cells.channel_id,
        days.what,
        sum(days.value) as so_far,
        sum(days.value) filter (where days.date >= cells.period_start) as value
    from cells
    inner join channel_day as days on cells.channel_id = days.channel_id and cells.effective_end >= days.date
    group by all
),
wide as (
    select
        period,
        channel_id,
        max(so_far) filter (where what = 'new_members') as acquired,
        max(so_far) filter (where what = 'converted') as converted,
        max(value) filter (where what = 'impressions') as impressions,
        max(value) filter (where what = 'clicks') as clicks,
        max(value) filter (where what = 'invited') as invited,
        max(value) filter (where what = 'new_members') as new_members,
        max(value) filter (where what = 'joins') as joins,
        max(value) filter (where what = 'eligible_7d') as eligible_7d,
        max(value) filter (where what = 'retained_7d') as retained_7d,
        max(value) filter (where what = 'eligible_30d') as eligible_30d,
        max(value) filter (where what = 'retained_30d') as retained_30d,
        max(value) filter (where what = 'first_time_buyers') as first_time_buyers,
        max(value) filter (where what = 'orders') as orders,
        max(value) filter (where what = 'net_sales') as net_sales,
        max(value) filter (where what = 'costed_sales') as costed_sales,
        max(value) filter (where what = 'cost_of_goods') as cost_of_goods,
        max(value) filter (where what = 'cost') as cost,
        max(value) filter (where what = 'ad_cost') as ad_cost,
        -- a channel with any day by then counts 0 for the others
        count(*) > 0 as is_known
    from sums
    group by period, channel_id
),
buyers as (
    select date_period.period, first_span.channel_id, count(distinct purchase_day.person) as buyers
    from purchase_day
    inner join first_span on purchase_day.person = first_span.person
    inner join date_period on purchase_day.date = date_period.date
    where date_period.period_type in ('month', 'quarter', 'year', 'all')
    group by all
)
select
    cells.period_type,
    cells.period_start,
    cells.period_end,
    cells.is_partial,
    cells.channel_id,
    channel.channel_name,
    coalesce(wide.impressions, 0)::bigint as impressions,
    coalesce(wide.clicks, 0)::bigint as clicks,
    coalesce(wide.invited, 0)::bigint as invited,
    coalesce(wide.new_members, 0)::bigint as new_members,
    coalesce(wide.joins, 0)::bigint as joins,
    coalesce(wide.new_members, 0)::double / nullif(wide.impressions::double, 0) as join_rate_by_exposure,
    coalesce(wide.new_members, 0)::double / nullif(wide.invited::double, 0) as join_rate_by_invitation,
    coalesce(wide.retained_7d, 0)::double / nullif(wide.eligible_7d::double, 0) as retention_rate_7d,
    coalesce(wide.retained_30d, 0)::double / nullif(wide.eligible_30d::double, 0) as retention_rate_30d,
    coalesce(buyers.buyers, 0) as buyers,
    coalesce(wide.first_time_buyers, 0)::bigint as first_time_buyers,
    coalesce(wide.orders, 0)::bigint as orders,
    round(coalesce(wide.net_sales, 0), 2)::decimal(18, 2) as net_sales,
    round(wide.costed_sales - wide.cost_of_goods, 2)::decimal(18, 2) as gross_profit,
    round(coalesce(wide.cost, 0), 2)::decimal(18, 2) as cost_amount,
    round(coalesce(wide.ad_cost, 0), 2)::decimal(18, 2) as ad_cost_amount,
    coalesce(wide.cost, 0)::double / nullif(wide.new_members::double, 0) as cost_per_new_member,
    coalesce(wide.cost, 0)::double / nullif(wide.first_time_buyers::double, 0) as customer_acquisition_cost,
    coalesce(wide.net_sales, 0)::double / nullif(wide.cost::double, 0) as return_on_ad_spend,
    (wide.costed_sales - wide.cost_of_goods - wide.cost)::double / nullif(wide.cost::double, 0)
        as return_on_investment,
    coalesce(wide.cost, 0)::double / nullif(wide.net_sales::double, 0) as cost_to_sales_ratio,
    coalesce(wide.converted, 0)::double / nullif(wide.acquired::double, 0) as channel_conversion_rate,
    coalesce(wide.new_members, 0)::double
    / nullif(sum(wide.new_members) over (partition by cells.period)::double, 0) as channel_share
from cells
inner join wide on cells.period = wide.period and cells.channel_id = wide.channel_id
left join buyers on cells.period = buyers.period and cells.channel_id = buyers.channel_id
left join channel on cells.channel_id = channel.channel_id;

-- R17. An order's path by position; weights of the five models.
create temp table path as
with
contacts as (
    select person, touched_at, channel_id, 2 as kind_order
    from touch
    where is_delivered and is_customer and channel_id is not null
    union all
    select person, started_at, channel_id, 1
    from span
    where join_source = 'event' and channel_id is not null
),
positions as (
    select
        sale.sale,
        contacts.channel_id,
        contacts.touched_at,
        row_number() over (
            partition by sale.sale order by contacts.touched_at, contacts.kind_order, contacts.channel_id
        ) as position,
        count(*) over (partition by sale.sale) as length,
        max(contacts.touched_at) over (partition by sale.sale) as last_at
    from sale
    inner join contacts
        on sale.person = contacts.person
        and sale.paid_at >= contacts.touched_at
        and contacts.touched_at > sale.paid_at - interval 720 hours
),
decays as (
    select
        *,
        power(2, -(date_diff('microsecond', touched_at, last_at) / 1000000.0) / 86400.0 / 7) as decay
    from positions
)
select
    sale,
    channel_id,
    (position = 1)::integer::decimal(20, 18) as first,
    (position = length)::integer::decimal(20, 18) as last,
    (1.0 / length)::double::decimal(20, 18) as linear,
    case
        when length <= 2 then 1.0 / length
        when position in (1, length) then 0.4
        else 0.2 / (length - 2)
    end::double::decimal(20, 18) as position_based,
    (decay / sum(decay) over (partition by sale))::decimal(20, 18) as time_decay
from decays;

create table marts.mart_attribution as
with
credits as (
    select
        sale.paid_date as date,
        path.channel_id,
        sum(path.first) as first_orders,
        sum(path.last) as last_orders,
        sum(path.linear) as linear_orders,
        sum(path.position_based) as position_based_orders,
        sum(path.time_decay) as time_decay_orders,
        sum(path.first * sale.net_sales) as first_sales,
        sum(path.last * sale.net_sales) as last_sales,
        sum(path.linear * sale.net_sales) as linear_sales,
        sum(path.position_based * sale.net_sales) as position_based_sales,
        sum(path.time_decay * sale.net_sales) as time_decay_sales
    from path
    inner join sale on path.sale = sale.sale
    group by all
    union all
    select
        date, 'unattributed', orders, orders, orders, orders, orders, net_sales, net_sales, net_sales, net_sales,
        net_sales
    from (
        select sale.paid_date as date, count(*) as orders, sum(sale.net_sales)::decimal(38, 20) as net_sales
        from sale
        anti join path on sale.sale = path.sale
        where sale.person is not null
        group by all
    )
),
credit_periods as (
    select date_period.period, credits.channel_id, sum(columns(credits.* exclude (date, channel_id)))
    from credits
    inner join date_period on credits.date = date_period.date
    where date_period.period_type in ('month', 'all')
    group by date_period.period, credits.channel_id
),
costs as (
    select date_period.period, spend.channel_id, sum(spend.cost_amount) as cost
    from spend
    inner join date_period on spend.spend_date = date_period.date
    where date_period.period_type in ('month', 'all')
    group by all
),
rows_of_models as (
    select
        coalesce(credit_periods.period, costs.period) as period,
        coalesce(credit_periods.channel_id, costs.channel_id) as channel_id,
        costs.cost,
        unnest(['first', 'last', 'linear', 'position_based', 'time_decay']) as model,
        unnest([first_orders, last_orders, linear_orders, position_based_orders, time_decay_orders]) as orders,
        unnest([first_sales, last_sales, linear_sales, position_based_sales, time_decay_sales]) as sales
    from credit_periods
    full join costs on credit_periods.period = costs.period and credit_periods.channel_id = costs.channel_id
)
select
    period.period_type,
    period.period_start,
    period.period_end,
    period.is_partial,
    models.model,
    models.channel_id,
    channel.channel_name,
    coalesce(models.orders, 0)::double as attributed_orders,
    round(round(coalesce(models.sales, 0), 9), 2)::decimal(18, 2) as attributed_net_sales,
    coalesce(models.cost, 0)::decimal(18, 2) as cost_amount,
    coalesce(models.sales, 0)::double / nullif(models.cost::double, 0) as return_on_ad_spend
from rows_of_models as models
inner join period on models.period = period.period
left join channel on models.channel_id = channel.channel_id;

create table marts.mart_funnel as
with
activated as (
    select distinct first_span.person
    from first_span
    inner join valid_message as messages
        on first_span.person = messages.person
        and messages.sent_at >= first_span.started_at
        and messages.sent_at <= first_span.started_at + interval 168 hours
),
retained as (
    select distinct cohort.person
    from cohort
    inner join presence
        on cohort.scope = presence.scope
        and cohort.person = presence.person
        and cohort.cohort_date + 30 >= presence.entered_date
        and cohort.cohort_date + 30 < coalesce(presence.left_date, '9999-12-31')
    where
        cohort.event = 'joined'
        and cohort.scope = getvariable('scope_all')
        and cohort.cohort_date + 30 <= getvariable('as_of')
),
buyers as (
    select first_span.person, count(distinct sale.paid_date) as dates
    from first_span
    inner join sale on first_span.person = sale.person and sale.paid_at >= first_span.started_at
    group by first_span.person
),
referrers as (
    select distinct first_span.person
    from first_span
    inner join span
        on first_span.person = span.inviter
        and span.inviter <> span.person
        and span.join_source = 'event'
        and first_span.started_at <= span.started_at
),
reached as (
    select
        cohort.channel_id,
        date_trunc('month', cohort.cohort_date)::date as cohort_start,
        activated.person is not null as is_activated,
        retained.person is not null as is_retained,
        buyers.person is not null as is_buyer,
        coalesce(buyers.dates >= 2, false) as is_repeat_buyer,
        referrers.person is not null as is_referrer
    from cohort
    left join activated on cohort.person = activated.person
    left join retained on cohort.person = retained.person
    left join buyers on cohort.person = buyers.person
    left join referrers on cohort.person = referrers.person
    where cohort.event = 'joined' and cohort.scope = getvariable('scope_all')
),
cohorts as (
    select
        case when grouping(channel_id) = 1 then 'all' else 'channel' end as scope_type,
        case when grouping(channel_id) = 1 then 'all' else channel_id end as scope_id,
        cohort_start,
        count(*) as joined,
        count(*) filter (where is_activated) as activated,
        count(*) filter (where is_retained) as retained,
        count(*) filter (where is_buyer) as purchased,
        count(*) filter (where is_repeat_buyer) as repurchased,
        count(*) filter (where is_referrer) as referred,
        count(*) filter (where is_activated and is_retained) as nested_retained,
        count(*) filter (where is_activated and is_retained and is_buyer) as nested_purchased,
        count(*) filter (where is_activated and is_retained and is_repeat_buyer) as nested_repurchased,
        count(*) filter (where is_activated and is_retained and is_repeat_buyer and is_referrer)
            as nested_referred
    from reached
    group by grouping sets ((channel_id, cohort_start), (cohort_start))
),
exposures as (
    select
        case when grouping(channel_id) = 1 then 'all' else 'channel' end as scope_type,
        case when grouping(channel_id) = 1 then 'all' else channel_id end as scope_id,
        date_trunc('month', spend_date)::date as cohort_start,
        sum(impressions) as impressions
    from spend
    where spend_date <= getvariable('as_of')
    group by grouping sets (
        (channel_id, date_trunc('month', spend_date)::date), (date_trunc('month', spend_date)::date)
    )
),
steps as (
    select
        cohorts.*,
        coalesce(exposures.impressions, 0) as exposed,
        period.period_end + 30 <= getvariable('as_of') as is_complete,
        unnest([
            {'step': 'exposed', 'step_number': 1, 'members': exposed, 'nested': exposed, 'before': null},
            {'step': 'joined', 'step_number': 2, 'members': joined, 'nested': joined, 'before': exposed},
            {'step': 'activated', 'step_number': 3, 'members': activated, 'nested': activated, 'before': joined},
            {'step': 'retained', 'step_number': 4, 'members': retained, 'nested': nested_retained,
                'before': activated},
            {'step': 'purchased', 'step_number': 5, 'members': purchased, 'nested': nested_purchased,
                'before': nested_retained},
            {'step': 'repurchased', 'step_number': 6, 'members': repurchased, 'nested': nested_repurchased,
                'before': nested_purchased},
            {'step': 'referred', 'step_number': 7, 'members': referred, 'nested': nested_referred,
                'before': nested_repurchased}
        ]) as step
    from cohorts
    inner join period on period.period_type = 'month' and cohorts.cohort_start = period.period_start
    left join exposures
        on cohorts.scope_type = exposures.scope_type
        and cohorts.scope_id = exposures.scope_id
        and cohorts.cohort_start = exposures.cohort_start
)
select
    scope_type,
    scope_id,
    cohort_start,
    step.step,
    step.step_number::bigint as step_number,
    step.members::bigint as members,
    step.nested::bigint as nested_members,
    step.nested::double / nullif(step.before::double, 0) as step_rate,
    case when step.step_number > 1 then step.members::double / nullif(joined, 0) end as cohort_rate,
    is_complete
from steps;

create table marts.mart_referral as
with
invitations as (
    select span.grp, span.person, span.span_number, span.inviter, span.start_date
    from span
    inner join person on span.inviter = person.person and person.is_customer
    where span.join_source = 'event' and span.inviter <> span.person
),
observed as (
    select
        invitations.grp,
        invitations.person,
        invitations.inviter,
        invitations.start_date,
        case
            when invitations.start_date + 7 <= getvariable('as_of')
                then bool_or(
                    invitations.start_date + 7 >= presence.entered_date
                    and (presence.left_date is null or presence.left_date > invitations.start_date + 7)
                )
        end as is_retained
    from invitations
    inner join group_scope on invitations.grp = group_scope.grp and group_scope.scope_type = 'group'
    inner join presence on group_scope.scope = presence.scope and invitations.person = presence.person
    group by
        invitations.grp, invitations.person, invitations.span_number, invitations.inviter, invitations.start_date
),
referrals as (
    select
        date_period.period,
        group_scope.scope,
        count(distinct observed.inviter) as inviting,
        count(distinct observed.person) as invited,
        count(observed.is_retained) as eligible,
        count(*) filter (where observed.is_retained) as retained
    from observed
    inner join group_scope on observed.grp = group_scope.grp and group_scope.scope_type in ('all', 'group')
    inner join date_period on observed.start_date = date_period.date
    where date_period.period_type in ('month', 'all')
    group by all
),
present as (
    select period, scope, members_present from membership_period
    union all
    select 0, scope, count(distinct person)
    from presence
    where left_date is null or left_date >= getvariable('first_day')
    group by scope
)
select
    period.period_type,
    period.period_start,
    period.period_end,
    period.is_partial,
    scope.scope_type,
    scope.scope_id,
    coalesce(referrals.inviting, 0) as inviting_members,
    coalesce(referrals.invited, 0) as invited_members,
    coalesce(referrals.inviting, 0)::double / nullif(present.members_present, 0) as referral_rate,
    referrals.invited::double / nullif(referrals.inviting, 0) as invites_per_inviter,
    coalesce(referrals.invited, 0)::double / nullif(present.members_present, 0) as k_factor,
    referrals.retained::double / nullif(referrals.eligible, 0) as invited_retention_rate_7d
from period
inner join scope on period.period_end >= scope.first_date and scope.scope_type in ('all', 'group')
left join present on period.period = present.period and scope.scope = present.scope
left join referrals on period.period = referrals.period and scope.scope = referrals.scope
where period.period_type in ('month', 'all');
