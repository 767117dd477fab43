-- Who comes, stays, comes back and leaves: retention (R16), lifecycle, exits, risk.

create temp table first_span as
select person, started_at, start_date, join_source, coalesce(channel_id, 'unknown') as channel_id
from span
qualify row_number() over (partition by person order by started_at, grp, span_number) = 1;

create temp table first_paid as
select person, paid_at, paid_date from sale where is_first;

-- Scope channel counts as scope all does, over its customers: it is added up at the end.
create temp table cohort as
with
events as (
    select getvariable('scope_all') as scope, person, 'joined' as event, start_date as cohort_date
    from first_span
    where join_source <> 'opening'
    union all
    select group_scope.scope, span.person, 'joined', span.start_date
    from span
    inner join group_scope on span.grp = group_scope.grp and group_scope.scope_type = 'group'
    where span.span_number = 1 and span.join_source <> 'opening'
    union all
    select days.scope, days.person, 'first_active', min(days.date)
    from scope_person_day as days
    inner join scope on days.scope = scope.scope
    where scope.scope_type in ('all', 'group')
    group by days.scope, days.person
    union all
    select getvariable('scope_all'), person, 'first_purchase', paid_date
    from first_paid
)
select
    events.scope,
    events.person,
    events.event,
    events.cohort_date,
    case when events.scope = getvariable('scope_all') then first_span.channel_id end as channel_id,
    -- scope group has month cohorts alone
    case
        when events.scope = getvariable('scope_all') then events.cohort_date
        else date_trunc('month', events.cohort_date)::date
    end as cohort_start
from events
left join first_span on events.person = first_span.person;

create temp table interval_number as
select 'day' as unit, unnest([1, 3, 7, 14, 30, 60, 90, 180]) as number
union all
select 'week', unnest(range(27))::integer
union all
select 'month', unnest(range(25))::integer;

create temp table purchase_day as
select distinct person, paid_date as date from sale where person is not null;

create temp table returned as
with
all_cohort as (
    select
        *,
        date_trunc('week', cohort_date)::date as week_start,
        date_trunc('month', cohort_date)::date as month_start
    from cohort
    where scope = getvariable('scope_all')
),
bounded as (
    select
        cohort.scope, cohort.channel_id, cohort.event, 'activity' as subject, 'day' as unit,
        cohort.cohort_start, days.date - cohort.cohort_date as number, count(*) as members
    from cohort
    inner join scope_person_day as days on cohort.scope = days.scope and cohort.person = days.person
    where
        cohort.event <> 'first_purchase'
        and days.date - cohort.cohort_date in (select number from interval_number where unit = 'day')
    group by all
    union all
    select
        cohort.scope, cohort.channel_id, cohort.event, 'purchase', 'day',
        cohort.cohort_start, days.date - cohort.cohort_date, count(*)
    from cohort
    inner join buyer_day as days on cohort.scope = days.scope and cohort.person = days.person
    where
        cohort.event = 'joined'
        and days.date - cohort.cohort_date in (select number from interval_number where unit = 'day')
    group by all
    union all
    select
        cohort.scope, cohort.channel_id, cohort.event, 'purchase', 'day',
        cohort.cohort_start, days.date - cohort.cohort_date, count(*)
    from cohort
    inner join purchase_day as days on cohort.person = days.person
    where
        cohort.event = 'first_purchase'
        and days.date - cohort.cohort_date in (select number from interval_number where unit = 'day')
    group by all
    union all
    select
        cohorts.scope, cohorts.channel_id, cohorts.event, 'activity', 'week', cohorts.week_start,
        (weeks.period_start - cohorts.week_start) // 7, count(*)
    from all_cohort as cohorts
    inner join person_week as weeks on cohorts.scope = weeks.scope and cohorts.person = weeks.person
    where cohorts.event <> 'first_purchase' and weeks.period_start >= cohorts.week_start
    group by all
    union all
    select
        cohorts.scope, cohorts.channel_id, cohorts.event, 'activity', 'month', cohorts.month_start,
        date_diff('month', cohorts.month_start, months.period_start), count(*)
    from all_cohort as cohorts
    inner join person_month as months on cohorts.scope = months.scope and cohorts.person = months.person
    where cohorts.event <> 'first_purchase' and months.period_start >= cohorts.month_start
    group by all
    union all
    select scope, channel_id, event, 'purchase', unit, cohort_start, number, count(*)
    from (
        select distinct
            cohorts.scope, cohorts.person, cohorts.channel_id, cohorts.event, 'week' as unit,
            cohorts.week_start as cohort_start,
            (date_trunc('week', days.date)::date - cohorts.week_start) // 7 as number
        from all_cohort as cohorts
        inner join buyer_day as days on cohorts.scope = days.scope and cohorts.person = days.person
        where cohorts.event = 'joined' and days.date >= cohorts.week_start
        union all
        select distinct
            cohorts.scope, cohorts.person, cohorts.channel_id, cohorts.event, 'month', cohorts.month_start,
            date_diff('month', cohorts.month_start, days.date)
        from all_cohort as cohorts
        inner join buyer_day as days on cohorts.scope = days.scope and cohorts.person = days.person
        where cohorts.event = 'joined' and days.date >= cohorts.month_start
        union all
        select distinct
            cohorts.scope, cohorts.person, cohorts.channel_id, cohorts.event, 'week', cohorts.week_start,
            (date_trunc('week', days.date)::date - cohorts.week_start) // 7
        from all_cohort as cohorts
        inner join purchase_day as days on cohorts.person = days.person
        where cohorts.event = 'first_purchase'
        union all
        select distinct
            cohorts.scope, cohorts.person, cohorts.channel_id, cohorts.event, 'month', cohorts.month_start,
            date_diff('month', cohorts.month_start, days.date)
        from all_cohort as cohorts
        inner join purchase_day as days on cohorts.person = days.person
        where cohorts.event = 'first_purchase'
    )
    group by all
),
last_days as (
    select scope, person, 'activity' as subject, max(date) as last_date from scope_person_day group by scope, person
    union all
    select scope, person, 'purchase', max(date) from buyer_day group by scope, person
),
last_returns as (
    select
        cohort.scope, cohort.channel_id, cohort.event, last_days.subject, cohort.cohort_date,
        cohort.cohort_start, last_days.last_date, count(*) as members
    from cohort
    inner join last_days on cohort.scope = last_days.scope and cohort.person = last_days.person
    where cohort.event = 'joined' or (cohort.event = 'first_active' and last_days.subject = 'activity')
    group by all
    union all
    select
        cohort.scope, cohort.channel_id, cohort.event, 'purchase', cohort.cohort_date,
        cohort.cohort_start, last_purchases.last_date, count(*)
    from cohort
    inner join (select person, max(date) as last_date from purchase_day group by person) as last_purchases
        on cohort.person = last_purchases.person
    where cohort.event = 'first_purchase'
    group by all
),
reached as (
    select
        scope, channel_id, event, subject, 'day' as unit, cohort_start, last_date - cohort_date as number, members
    from last_returns
    union all
    select
        scope, channel_id, event, subject, 'week', date_trunc('week', cohort_date)::date,
        (date_trunc('week', last_date)::date - date_trunc('week', cohort_date)::date) // 7, members
    from last_returns
    where scope = getvariable('scope_all')
    union all
    select
        scope, channel_id, event, subject, 'month', date_trunc('month', cohort_date)::date,
        date_diff('month', cohort_date, last_date), members
    from last_returns
    where scope = getvariable('scope_all')
),
reached_sums as (
    select scope, channel_id, event, subject, unit, cohort_start, number, sum(members) as members
    from reached
    group by all
)
select scope, channel_id, event, subject, 'bounded' as rule, unit, cohort_start, number, members
from bounded
union all
select
    reached_sums.scope, reached_sums.channel_id, reached_sums.event, reached_sums.subject, 'unbounded',
    reached_sums.unit, reached_sums.cohort_start, interval_number.number, sum(reached_sums.members)
from reached_sums
inner join interval_number
    on reached_sums.unit = interval_number.unit and reached_sums.number >= interval_number.number
group by all;

create temp table stayed as
with
stretches as (
    select
        cohort.scope, cohort.channel_id, cohort.person, cohort.cohort_date, cohort.cohort_start,
        presence.entered_date, coalesce(presence.left_date, '9999-12-31') as left_date
    from cohort
    inner join presence on cohort.scope = presence.scope and cohort.person = presence.person
    where cohort.event = 'joined'
),
numbers as (
    select
        scope, channel_id, person, 'day' as unit, cohort_start,
        entered_date - cohort_date as entered_number,
        case
            when left_date = '9999-12-31' then getvariable('as_of') - cohort_date + 1
            else left_date - cohort_date
        end as left_number
    from stretches
    union all
    select
        scope, channel_id, person, 'week', date_trunc('week', cohort_date)::date,
        (date_trunc('week', entered_date)::date - date_trunc('week', cohort_date)::date) // 7,
        case
            when left_date = '9999-12-31'
                then (date_trunc('week', getvariable('as_of'))::date - date_trunc('week', cohort_date)::date) // 7 + 1
            else (date_trunc('week', left_date)::date - date_trunc('week', cohort_date)::date) // 7
        end
    from stretches
    where scope = getvariable('scope_all')
    union all
    select
        scope, channel_id, person, 'month', date_trunc('month', cohort_date)::date,
        date_diff('month', cohort_date, entered_date),
        case
            when left_date = '9999-12-31' then date_diff('month', cohort_date, getvariable('as_of')) + 1
            else date_diff('month', cohort_date, left_date)
        end
    from stretches
    where scope = getvariable('scope_all')
),
counts as (
    select
        scope, channel_id, 'bounded' as rule, unit, cohort_start, entered_number, left_number, count(*) as members
    from numbers
    where entered_number < left_number
    group by all
    union all
    select scope, channel_id, 'unbounded', unit, cohort_start, 0, left_number, count(*)
    from (
        select scope, channel_id, person, unit, cohort_start, max(left_number) as left_number
        from numbers
        where entered_number < left_number
        group by all
    )
    group by all
)
select
    counts.scope, counts.channel_id, 'joined' as event, 'membership' as subject, counts.rule, counts.unit,
    counts.cohort_start, interval_number.number, sum(counts.members) as members
from counts
inner join interval_number
    on counts.unit = interval_number.unit
    and counts.entered_number <= interval_number.number
    and counts.left_number > interval_number.number
group by all;

create table marts.mart_retention as
with
counted as (
    from returned
    union all
    from stayed
),
-- days stand in day, week and month cohorts, weeks and months in their own
cohort_kind (unit, cohort_period_type) as (
    values ('day', 'day'), ('day', 'week'), ('day', 'month'), ('week', 'week'), ('month', 'month')
),
scoped as (
    select scope, channel_id as channel, * exclude (scope, channel_id) from counted
),
retained as (
    select
        'all' as scope_type, 'all' as scope_id, counted.event, cohort_kind.cohort_period_type,
        date_trunc(cohort_kind.cohort_period_type, counted.cohort_start)::date as cohort_start,
        counted.subject, counted.rule, case when counted.unit = 'day' then 'day' else 'period' end as interval_type,
        counted.number, sum(counted.members)::bigint as members
    from scoped as counted
    inner join cohort_kind on counted.unit = cohort_kind.unit
    where counted.scope = getvariable('scope_all')
    group by all
    union all
    select
        'channel', counted.channel, counted.event, cohort_kind.cohort_period_type,
        date_trunc(cohort_kind.cohort_period_type, counted.cohort_start)::date,
        counted.subject, counted.rule, case when counted.unit = 'day' then 'day' else 'period' end,
        counted.number, sum(counted.members)::bigint
    from scoped as counted
    inner join cohort_kind on counted.unit = cohort_kind.unit
    where counted.scope = getvariable('scope_all') and counted.channel is not null
    group by all
    union all
    select
        'group', scope.scope_id, counted.event, 'month', counted.cohort_start, counted.subject, counted.rule,
        'day', counted.number, counted.members::bigint
    from scoped as counted
    inner join scope on counted.scope = scope.scope
    where scope.scope_type = 'group'
),
cohort_days as (
    select 'all' as scope_type, 'all' as scope_id, event, cohort_date, count(*) as members
    from cohort
    where scope = getvariable('scope_all')
    group by all
    union all
    select 'channel', channel_id, event, cohort_date, count(*)
    from cohort
    where scope = getvariable('scope_all') and channel_id is not null
    group by all
    union all
    select 'group', scope.scope_id, cohort.event, cohort.cohort_date, count(*)
    from cohort
    inner join scope on cohort.scope = scope.scope
    where scope.scope_type = 'group'
    group by all
),
date_cohorts as (
    select
        dates.cohort_date,
        period.period_type as cohort_period_type,
        period.period_start as cohort_start
    from (select distinct cohort_date from cohort_days) as dates
    inner join period
        on period.period_type in ('day', 'week', 'month')
        and dates.cohort_date between period.period_start and period.period_end
),
period_numbers as (
    select
        period.period_type as cohort_period_type,
        period.period_start as cohort_start,
        interval_number.number,
        case period.period_type
            when 'week' then period.period_start + (interval_number.number + 1) * 7
            else period.period_start + to_months(interval_number.number + 1)
        end <= getvariable('counted_before') as is_complete
    from period
    inner join interval_number on period.period_type = interval_number.unit
    where
        period.period_type in ('week', 'month')
        and case period.period_type
            when 'week' then period.period_start + interval_number.number * 7
            else period.period_start + to_months(interval_number.number)
        end <= getvariable('as_of')
),
cells as (
    select
        days.scope_type, days.scope_id, days.event, date_cohorts.cohort_period_type, date_cohorts.cohort_start,
        'day' as interval_type, interval_number.number,
        sum(days.members) as cohort_members,
        coalesce(sum(days.members) filter (
            where days.cohort_date + interval_number.number <= getvariable('as_of')
        ), 0) as eligible_members,
        cohort_members = eligible_members as is_complete
    from cohort_days as days
    inner join date_cohorts on days.cohort_date = date_cohorts.cohort_date
    inner join interval_number on interval_number.unit = 'day'
    where days.scope_type <> 'group' or date_cohorts.cohort_period_type = 'month'
    group by
        days.scope_type, days.scope_id, days.event, date_cohorts.cohort_period_type, date_cohorts.cohort_start,
        interval_number.number
    union all
    select
        days.scope_type, days.scope_id, days.event, date_cohorts.cohort_period_type, date_cohorts.cohort_start,
        'period', period_numbers.number, sum(days.members), sum(days.members), period_numbers.is_complete
    from cohort_days as days
    inner join date_cohorts on days.cohort_date = date_cohorts.cohort_date
    inner join period_numbers
        on date_cohorts.cohort_period_type = period_numbers.cohort_period_type
        and date_cohorts.cohort_start = period_numbers.cohort_start
    where days.scope_type <> 'group'
    group by
        days.scope_type, days.scope_id, days.event, date_cohorts.cohort_period_type, date_cohorts.cohort_start,
        period_numbers.number, period_numbers.is_complete
),
subjects (event, subject) as (
    values
    ('joined', 'membership'), ('joined', 'activity'), ('joined', 'purchase'),
    ('first_active', 'activity'), ('first_purchase', 'purchase')
),
rules (rule) as (
    values ('bounded'), ('unbounded')
)
select
    cells.scope_type,
    cells.scope_id,
    cells.event as cohort_event,
    cells.cohort_period_type,
    cells.cohort_start,
    subjects.subject,
    rules.rule,
    cells.interval_type,
    cells.number as interval_number,
    cells.cohort_members::bigint as cohort_members,
    cells.eligible_members::bigint as eligible_members,
    coalesce(retained.members, 0) as retained_members,
    coalesce(retained.members, 0)::double / nullif(cells.eligible_members, 0) as retention_rate,
    cells.is_complete
from cells
inner join subjects on cells.event = subjects.event
cross join rules
left join retained
    on cells.scope_type = retained.scope_type
    and cells.scope_id = retained.scope_id
    and cells.event = retained.event
    and cells.cohort_period_type = retained.cohort_period_type
    and cells.cohort_start = retained.cohort_start
    and subjects.subject = retained.subject
    and rules.rule = retained.rule
    and cells.interval_type = retained.interval_type
    and cells.number = retained.number;

create table marts.mart_lifecycle as
with
person_periods as (
    select 'day' as period_type, scope, person, date as period_start
    from scope_person_day
    where scope = getvariable('scope_all')
    union all
    select person_period.period_type, person_period.scope, person_period.person, person_period.period_start
    from person_period
    inner join scope on person_period.scope = scope.scope
    where person_period.period_type in ('week', 'month') and scope.scope_type in ('all', 'group')
),
in_order as (
    select
        *,
        lag(period_start) over (partition by period_type, scope, person order by period_start) as previous,
        case period_type
            when 'day' then period_start + 1
            when 'week' then period_start + 7
            else (period_start + interval 1 month)::date
        end as next_start,
        case period_type
            when 'day' then period_start - 1
            when 'week' then period_start - 7
            else (period_start - interval 1 month)::date
        end as start_before
    from person_periods
),
sums as (
    select
        in_order.period_type,
        in_order.period_start,
        in_order.scope,
        count(*) as active,
        count(*) filter (where in_order.previous is null) as new,
        count(*) filter (where in_order.previous = in_order.start_before) as retained,
        count(presence.person) as staying
    from in_order
    left join (select *, coalesce(left_date, '9999-12-31') as left_or_never from presence) as presence
        on in_order.scope = presence.scope
        and in_order.person = presence.person
        and in_order.next_start > presence.entered_date
        and in_order.next_start <= presence.left_or_never
    group by in_order.period_type, in_order.period_start, in_order.scope
),
counts as (
    select
        period.period_type,
        period.period_start,
        period.period_end,
        scope.scope_type,
        scope.scope_id,
        coalesce(sums.active, 0) as active,
        coalesce(sums.new, 0) as new,
        coalesce(sums.retained, 0) as retained,
        coalesce(before.active, 0) as active_before,
        membership.members_end - coalesce(sums.staying, 0) as silent,
        period.is_partial
    from scope_period
    inner join period on scope_period.period = period.period
    inner join scope on scope_period.scope = scope.scope
    inner join membership_period as membership
        on scope_period.scope = membership.scope and scope_period.period = membership.period
    left join sums
        on period.period_type = sums.period_type
        and period.period_start = sums.period_start
        and scope_period.scope = sums.scope
    left join sums as before
        on period.period_type = before.period_type
        and period.previous_start = before.period_start
        and scope_period.scope = before.scope
    where
        (scope.scope_type = 'all' and period.period_type in ('day', 'week', 'month'))
        or (scope.scope_type = 'group' and period.period_type in ('week', 'month'))
)
select
    period_type,
    period_start,
    period_end,
    scope_type,
    scope_id,
    active as active_members,
    new as new_members,
    retained as retained_members,
    active - new - retained as resurrected_members,
    active_before - retained as churned_members,
    silent as silent_members,
    (active - retained)::double / nullif(active_before - retained, 0) as quick_ratio,
    is_partial
from counts;

create table marts.mart_exit_anomaly as
with
group_days as (
    select
        groups.grp,
        days.date,
        days.leaves,
        sum((days.members_end + days.exits - days.returns > 0)::integer) over (
            partition by days.scope order by days.date
        ) as lived_days
    from membership_day as days
    inner join group_scope on days.scope = group_scope.scope and group_scope.scope_type = 'group'
    inner join community_group as groups on group_scope.grp = groups.grp
    where
        days.date >= getvariable('first_day')
        and days.date <= coalesce(groups.dissolved_date, '9999-12-31')
),
baselines as (
    select
        *,
        count(*) over baseline as days,
        sum(leaves) over baseline as baseline_leaves,
        count(*) filter (where leaves = 0) over baseline as quiet_days
    from group_days
    where lived_days > 0
    window baseline as (partition by grp order by date rows between 28 preceding and 1 preceding)
),
-- most days without a leave: median and MAD are 0
busy_days as (
    select days.grp, days.date, earlier.leaves
    from baselines as days
    cross join range(1, 29) as offsets (before)
    inner join baselines as earlier on days.grp = earlier.grp and days.date - offsets.before::integer = earlier.date
    where days.lived_days > 14 and 2 * days.quiet_days <= days.days
),
medians as (
    select grp, date, list(leaves) as leaves, quantile_cont(leaves::double, 0.5) as median, mad(leaves::double) as mad
    from busy_days
    group by grp, date
),
judged as (
    select
        days.grp,
        days.date,
        days.leaves,
        coalesce(medians.median, 0) as median,
        coalesce(medians.mad, 0) as mad,
        coalesce(
            case
                when medians.mad = 0
                    then list_avg(list_transform(medians.leaves, lambda leaves: abs(leaves - medians.median)))
            end,
            days.baseline_leaves::double / nullif(days.days, 0)
        ) as mean_deviation
    from baselines as days
    left join medians on days.grp = medians.grp and days.date = medians.date
    where days.lived_days > 14
),
scored as (
    select
        *,
        case
            when mad > 0 then 0.6745 * (leaves - median) / mad
            when mean_deviation > 0 then (leaves - median) / (1.253314 * mean_deviation)
        end as score
    from judged
),
leave_days as (
    select grp, end_date, min(ended_at) as first_left_at
    from span
    where end_reason = 'leave'
    group by grp, end_date
),
touches_before as (
    select days.grp, days.end_date, count(*) as touches
    from (
        select *, end_date as touch_date from leave_days
        union all
        select *, end_date - 1 from leave_days
    ) as days
    inner join touch
        on days.grp = touch.grp
        and days.touch_date = touch.touch_date
        and days.first_left_at > touch.touched_at
        and days.first_left_at - interval 24 hours <= touch.touched_at
    where touch.is_delivered and touch.is_customer
    group by days.grp, days.end_date
)
select
    group_number.group_id,
    scored.date,
    scored.leaves,
    scored.median::double as baseline_median,
    scored.mad::double as baseline_mad,
    scored.score::double as score,
    scored.leaves >= 5
    and scored.leaves > scored.median
    and (scored.score > 3.5 or scored.score is null) as is_anomaly,
    coalesce(touches_before.touches, 0) as touches_before,
    -- canonical leaves have their moment; snapshots of other systems have not
    0::bigint as undated_leaves
from scored
inner join group_number on scored.grp = group_number.grp
left join touches_before on scored.grp = touches_before.grp and scored.date = touches_before.end_date;

create table marts.mart_churn_risk as
with
thresholds as (
    pivot (select threshold_id, value from landed.seeds.churn_thresholds) on threshold_id using max(value)
),
windows as (
    select
        thresholds.*,
        getvariable('as_of') + 1 - messages_recent_days::integer as recent_from,
        getvariable('as_of') + 1 - (messages_earlier_days + messages_recent_days)::integer as earlier_from,
        getvariable('as_of') + 1 - touches_days::integer as touches_from,
        getvariable('as_of') + 1 - complaint_days::integer as complaints_from
    from thresholds
),
memberships as (
    select person, grp, getvariable('as_of') - start_date as days_in_group
    from span
    where end_date is null or end_date > getvariable('as_of')
),
days as (
    select
        group_day.grp,
        group_day.person,
        group_day.date,
        group_day.messages,
        group_day.date - lag(group_day.date) over (
            partition by group_day.grp, group_day.person order by group_day.date
        ) as gap
    from group_day
    semi join memberships on group_day.grp = memberships.grp and group_day.person = memberships.person
),
activity as (
    select
        days.grp,
        days.person,
        count(*) as active_days,
        max(days.date) as last_active_date,
        round(quantile_cont(days.gap::double, 0.9), 6) as usual_gap_days,
        coalesce(sum(days.messages) filter (where days.date >= windows.recent_from), 0) as recent_messages,
        coalesce(sum(days.messages) filter (
            where days.date >= windows.earlier_from and days.date < windows.recent_from
        ), 0) as earlier_messages
    from days
    cross join windows
    group by days.grp, days.person
),
purchases as (
    select
        person,
        count(*) as purchase_dates,
        max(date) as last_paid_date,
        quantile_cont(gap::double, 0.5) as purchase_gap_days
    from (select *, date - lag(date) over (partition by person order by date) as gap from purchase_day)
    group by person
),
touches as (
    select touch.person, count(*) as touches, count(touch.clicked_at) filter (
        where touch.clicked_at < getvariable('counted_before')
    ) as clicked_touches
    from touch
    inner join windows on touch.touch_date >= windows.touches_from
    where touch.is_delivered and touch.is_customer
    group by touch.person
),
complaints as (
    select feedback.person, count(*) as complaints
    from feedback
    inner join windows on feedback.opened_date >= windows.complaints_from
    where feedback.feedback_kind = 'complaint' and feedback.opened_at < getvariable('counted_before')
    group by feedback.person
),
judged as (
    select
        memberships.*,
        getvariable('as_of') - activity.last_active_date as days_since_active,
        activity.last_active_date is null and memberships.days_in_group > windows.never_active_days as never_active,
        getvariable('as_of') - activity.last_active_date > greatest(
            windows.habit_floor_days,
            case
                when activity.active_days >= windows.habit_active_days then activity.usual_gap_days
                else windows.habit_default_days
            end
        ) as silent_beyond_habit,
        activity.earlier_messages >= windows.messages_minimum
        and activity.recent_messages < windows.messages_share * activity.earlier_messages as messages_halved,
        purchases.purchase_dates >= windows.purchase_dates
        and getvariable('as_of') - purchases.last_paid_date
        > windows.purchase_factor * purchases.purchase_gap_days as purchase_overdue,
        touches.touches >= windows.touches_minimum and touches.clicked_touches = 0 as touches_ignored,
        complaints.complaints > 0 as complained,
        windows.band_high,
        windows.band_medium,
        windows.settling_days,
        windows.choosing_days
    from memberships
    cross join windows
    left join activity on memberships.grp = activity.grp and memberships.person = activity.person
    left join purchases on memberships.person = purchases.person
    left join touches on memberships.person = touches.person
    left join complaints on memberships.person = complaints.person
),
patterns as (
    select
        sets.fired,
        least(100, coalesce(sum(rules.points), 0))::bigint as risk_score,
        coalesce(string_agg(rules.rule_id, ', ' order by rules.sort_order), '') as reasons,
        coalesce(string_agg(rules.label_zh, '、' order by rules.sort_order), '') as reasons_zh
    from range(64) as sets (fired)
    left join (
        select
            *,
            1 << list_position(
                [
                    'never_active', 'silent_beyond_habit', 'messages_halved', 'purchase_overdue',
                    'touches_ignored', 'complained'
                ],
                rule_id
            ) - 1 as bit
        from landed.seeds.churn_rules
    ) as rules on sets.fired & rules.bit > 0
    group by sets.fired
)
select
    person.member_id,
    group_number.group_id,
    patterns.risk_score,
    case
        when patterns.risk_score >= judged.band_high then 'high'
        when patterns.risk_score >= judged.band_medium then 'medium'
        else 'low'
    end as risk_band,
    patterns.reasons,
    patterns.reasons_zh,
    case
        when judged.days_in_group <= judged.settling_days then 'settling'
        when judged.days_in_group <= judged.choosing_days then 'choosing'
        else 'stable'
    end as lifecycle_stage,
    judged.days_since_active,
    judged.days_in_group
from judged
inner join patterns
    on patterns.fired
    = coalesce(judged.never_active, false)::integer + 2 * coalesce(judged.silent_beyond_habit, false)::integer
    + 4 * coalesce(judged.messages_halved, false)::integer + 8 * coalesce(judged.purchase_overdue, false)::integer
    + 16 * coalesce(judged.touches_ignored, false)::integer + 32 * coalesce(judged.complained, false)::integer
inner join person on judged.person = person.person
inner join group_number on judged.grp = group_number.grp;
