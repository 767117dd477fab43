-- Who was in which group when (R3), the scopes (R6) and the periods.

-- R4 but for repeats; group messages of anybody
create temp table group_message as
select
    message.grp,
    message.person,
    message.is_customer,
    message.sent_at,
    message.sent_date,
    message.kind,
    message.text_hash,
    message.characters,
    coalesce(message.recalled_at < getvariable('counted_before'), false) as is_recalled,
    message.is_customer
    and message.says_something
    and message.kind not in ('system', 'other')
    and not coalesce(message.recalled_at < getvariable('counted_before'), false)
    and (group_row.dissolved_at is null or message.sent_at < group_row.dissolved_at) as is_valid_alone
from message
left join group_row on message.grp = group_row.grp
where message.grp is not null;

-- of equal texts of one day the earliest counts (R4)
create temp table valid_message as
select
    grp,
    person,
    sent_date,
    text_hash,
    min(sent_at) as sent_at,
    any_value(characters) as characters
from group_message
where is_valid_alone and kind = 'text'
group by grp, person, sent_date, text_hash
union all
select grp, person, sent_date, null, sent_at, null
from group_message
where is_valid_alone and kind <> 'text';

-- Of what a pair does only its first activity and those after a leave can turn outside into inside.
create temp table pair_activity as
select grp, person, min(sent_at) as first_at
from group_message
where is_customer
group by grp, person
union all
select grp, person, min(participated_at) as first_at
from participation
where is_customer and grp is not null
group by grp, person;

create temp table first_leave as
select grp, person, min(occurred_at) as left_at
from membership_event
where is_leave and is_customer
group by grp, person;

create temp table pair_event as
select
    grp,
    person,
    occurred_at,
    case when is_leave then 3 else 1 end::tinyint as event_order,
    scene,
    channel_id,
    script_id,
    inviter,
    leave_reason
from membership_event
where is_customer
union all
select grp, person, min(first_at), 2, null, null, null, null, null
from pair_activity
group by grp, person
union all
select messages.grp, messages.person, messages.sent_at, 2, null, null, null, null, null
from group_message as messages
inner join first_leave
    on messages.grp = first_leave.grp
    and messages.person = first_leave.person
    and messages.sent_at > first_leave.left_at
union all
select participation.grp, participation.person, participation.participated_at, 2, null, null, null, null, null
from participation
inner join first_leave
    on participation.grp = first_leave.grp
    and participation.person = first_leave.person
    and participation.participated_at > first_leave.left_at;

create temp table group_first_event as
select grp, min(first_at) as first_at, min(first_message_at) as first_message_at
from (
    select grp, min(sent_at) as first_at, min(sent_at) as first_message_at from group_message group by grp
    union all
    select grp, min(occurred_at), null from membership_event group by grp
    union all
    select grp, min(participated_at), null from participation where grp is not null group by grp
)
group by grp;

create temp table span as
with
numbered as (
    select
        pair_event.*,
        group_row.created_at,
        group_row.dissolved_at,
        row_number() over (
            partition by pair_event.grp, pair_event.person
            order by
                pair_event.occurred_at, pair_event.event_order, pair_event.channel_id nulls last,
                pair_event.script_id nulls last, pair_event.inviter nulls last, pair_event.scene nulls last,
                pair_event.leave_reason nulls last
        ) as event_number
    from pair_event
    left join group_row on pair_event.grp = group_row.grp
),
followed as (
    select
        *,
        event_order = 3 as is_leave,
        lag(event_order = 3) over pair as previous_is_leave
    from numbered
    where event_order = 3 or dissolved_at is null or occurred_at < dissolved_at
    window pair as (partition by grp, person order by event_number)
),
turning as (
    select
        *,
        lead(occurred_at) over pair as next_at,
        lead(leave_reason) over pair as next_leave_reason
    from followed
    where
        (previous_is_leave is null and not is_leave)
        or (is_leave and event_number = 1)
        or is_leave <> previous_is_leave
    window pair as (partition by grp, person order by event_number)
),
stays as (
    select
        grp, person, occurred_at as started_at, next_at as left_at, dissolved_at,
        case when event_order = 1 then 'event' else 'activity' end as join_source,
        scene, channel_id, inviter, next_leave_reason as leave_reason
    from turning
    where not is_leave
    union all
    select
        turning.grp, turning.person,
        case
            when turning.created_at <= turning.occurred_at then turning.created_at
            else group_first_event.first_at
        end,
        turning.occurred_at, turning.dissolved_at, 'opening', null, null, null, turning.leave_reason
    from turning
    inner join group_first_event on turning.grp = group_first_event.grp
    where turning.is_leave and turning.event_number = 1
),
ended as (
    select
        *,
        case when dissolved_at is null or left_at <= dissolved_at then left_at else dissolved_at end as ended_at,
        case
            when left_at is null and dissolved_at is null then null
            when dissolved_at is null or left_at <= dissolved_at then 'leave'
            else 'dissolved'
        end as end_reason
    from stays
    where dissolved_at is null or started_at < dissolved_at
)
select
    grp,
    person,
    row_number() over (partition by grp, person order by started_at, ended_at nulls last) as span_number,
    started_at,
    ended_at,
    started_at::date as start_date,
    ended_at::date as end_date,
    join_source,
    end_reason,
    scene,
    channel_id,
    inviter
from ended;

-- Scopes. `grp` of dim_group: registered, with a span or with a message.
create temp table community_group as
with first_spans as (
    select grp, min(started_at) as first_span_at from span group by grp
)
select
    group_number.grp,
    group_number.group_id,
    group_row.* exclude (grp, group_id),
    coalesce(group_row.created_at, least(first_spans.first_span_at, group_first_event.first_message_at))::date
        as exists_from,
    group_row.dissolved_at::date as dissolved_date,
    least(first_spans.first_span_at, group_first_event.first_message_at)::date as first_seen
from group_number
left join group_row on group_number.grp = group_row.grp
left join first_spans on group_number.grp = first_spans.grp
left join group_first_event on group_number.grp = group_first_event.grp
where
    group_row.grp is not null
    or first_spans.grp is not null
    or group_first_event.first_message_at is not null;

create temp table scope as
select
    scope_type,
    scope_id,
    min(first_seen) as first_date,
    (row_number() over (order by scope_type, scope_id))::integer as scope
from (
    select 'all' as scope_type, 'all' as scope_id, first_seen from community_group
    union all select 'group', group_id, first_seen from community_group
    union all select 'owner', coalesce(owner_staff_id, 'unknown'), first_seen from community_group
    union all select 'department', coalesce(owner_department, 'unknown'), first_seen from community_group
    union all select 'group_type', coalesce(group_type, 'unknown'), first_seen from community_group
)
group by scope_type, scope_id;

create temp table group_scope as
select community_group.grp, scope.scope, scope.scope_type
from community_group
inner join scope
    on (scope.scope_type = 'all')
    or (scope.scope_type = 'group' and scope.scope_id = community_group.group_id)
    or (scope.scope_type = 'owner' and scope.scope_id = coalesce(community_group.owner_staff_id, 'unknown'))
    or (scope.scope_type = 'department' and scope.scope_id = coalesce(community_group.owner_department, 'unknown'))
    or (scope.scope_type = 'group_type' and scope.scope_id = coalesce(community_group.group_type, 'unknown'));

set variable scope_all = (select scope from scope where scope_type = 'all');

-- Periods
create temp table date_row as
select range::date as date
from range(
    date_trunc('week', date_trunc('year', getvariable('first_day'))), getvariable('as_of') + interval 1 day,
    interval 1 day
);

create temp table period as
with starts as (
    select distinct period_type, date_trunc(period_type, date)::date as period_start
    from date_row
    cross join (values ('day'), ('week'), ('month'), ('quarter'), ('year')) as types (period_type)
    where date >= getvariable('first_day')
),
ends as (
    select
        *,
        case period_type
            when 'day' then interval 1 day
            when 'week' then interval 7 days
            when 'month' then interval 1 month
            when 'quarter' then interval 3 months
            else interval 1 year
        end as width
    from starts
)
select
    (row_number() over (order by period_type, period_start))::integer as period,
    period_type,
    period_start,
    (period_start + width)::date - 1 as period_end,
    least((period_start + width)::date - 1, getvariable('as_of')) as effective_end,
    (period_start + width)::date - 1 > getvariable('as_of') as is_partial,
    (period_start - width)::date as previous_start,
    case
        when period_type = 'week' then period_start - 364
        when month(period_start) = 2 and day(period_start) = 29 then null
        else (period_start - interval 1 year)::date
    end as last_year_start
from ends
union all
select 0, 'all', getvariable('first_day'), getvariable('as_of'), getvariable('as_of'), false, null, null
where getvariable('as_of') is not null;

create temp table date_period as
select date_row.date, period.period, period.period_type
from date_row
inner join period on date_row.date between period.period_start and period.effective_end;

create temp table scope_period as
select
    period.period,
    scope.scope,
    period.effective_end,
    period.period_type
from period
inner join scope on period.period_end >= scope.first_date
where period.period_type <> 'all';

-- Spans of a scope merged by day: who leaves and comes back the same day has two stretches.
create temp table presence as
with
scope_span as (
    select
        group_scope.scope,
        span.person,
        span.start_date,
        coalesce(span.end_date, '9999-12-31') as end_date
    from span
    inner join group_scope on span.grp = group_scope.grp
),
pairs as (
    select scope, person, count(*) as spans, min(start_date) as start_date, min(end_date) as end_date
    from scope_span
    group by scope, person
),
reached as (
    select
        scope_span.*,
        max(scope_span.end_date) over (
            partition by scope_span.scope, scope_span.person
            order by scope_span.start_date, scope_span.end_date
            rows between unbounded preceding and 1 preceding
        ) as reached_date
    from scope_span
    inner join pairs
        on scope_span.scope = pairs.scope and scope_span.person = pairs.person and pairs.spans > 1
),
numbered as (
    select
        *,
        sum((reached_date is null or start_date > reached_date)::integer) over (
            partition by scope, person
            order by start_date, end_date
            rows between unbounded preceding and current row
        ) as stretch_number
    from reached
),
merged as (
    select
        scope,
        person,
        stretch_number,
        min(start_date) as entered_date,
        nullif(max(end_date), '9999-12-31') as left_date
    from numbered
    group by scope, person, stretch_number
)
select
    scope,
    person,
    1::hugeint as stretch_number,
    start_date as entered_date,
    nullif(end_date, '9999-12-31') as left_date,
    null::date as next_entered_date
from pairs
where spans = 1
union all
select
    *,
    lead(entered_date) over (partition by scope, person order by stretch_number)
from merged;
