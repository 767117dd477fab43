-- What is said, shown and answered.

create table marts.mart_message_heatmap as
with
valid_hours as (
    select grp, person, isodow(sent_date)::integer as weekday, hour(sent_at)::integer as hour, count(*) as messages
    from valid_message
    where sent_date > getvariable('as_of') - 28
    group by all
),
staff_hours as (
    select
        grp, isodow(sent_date)::integer as weekday, hour(sent_at)::integer as hour,
        count(*) filter (where not is_customer and kind <> 'system' and not is_recalled) as staff_messages
    from group_message
    where sent_date > getvariable('as_of') - 28
    group by all
),
counted as (
    select group_scope.scope, valid_hours.weekday, valid_hours.hour, valid_hours.person, valid_hours.messages
    from valid_hours
    inner join group_scope on valid_hours.grp = group_scope.grp
    where group_scope.scope_type = 'group'
    union all
    select getvariable('scope_all'), weekday, hour, person, sum(messages)
    from valid_hours
    group by all
),
cells as (
    select scope, weekday, hour, sum(messages)::bigint as messages, count(*) as active_members
    from counted
    group by scope, weekday, hour
),
staff_cells as (
    select group_scope.scope, staff_hours.weekday, staff_hours.hour, sum(staff_hours.staff_messages)::bigint as messages
    from staff_hours
    inner join group_scope on staff_hours.grp = group_scope.grp and group_scope.scope_type in ('all', 'group')
    group by all
),
scopes as (
    select staff_cells.scope, coalesce(max(sums.messages), 0) as messages
    from staff_cells
    left join (select scope, sum(messages) as messages from cells group by scope) as sums
        on staff_cells.scope = sums.scope
    group by staff_cells.scope
)
select
    scope.scope_type,
    scope.scope_id,
    weekdays.weekday::integer as weekday,
    hours.hour::integer as hour,
    coalesce(cells.messages, 0) as messages,
    coalesce(cells.active_members, 0) as active_members,
    coalesce(cells.messages, 0)::double / nullif(scopes.messages::double, 0) as message_share,
    coalesce(staff_cells.messages, 0) as staff_messages
from scopes
inner join scope on scopes.scope = scope.scope
cross join range(1, 8) as weekdays (weekday)
cross join range(24) as hours (hour)
left join cells
    on scopes.scope = cells.scope and weekdays.weekday = cells.weekday and hours.hour = cells.hour
left join staff_cells
    on scopes.scope = staff_cells.scope and weekdays.weekday = staff_cells.weekday and hours.hour = staff_cells.hour;

-- Words come from Python, as in the project: of each distinct text once.
create temp table text_word as
with
texts as (
    select message.text_hash, any_value(md5(messages.content)) as text_key
    from landed.raw.canonical__messages as messages
    inner join (select distinct text_hash from valid_message where text_hash is not null) as message
        on hash(messages.content) = message.text_hash
    where messages.message_type = 'text'
    group by message.text_hash
),
words as (
    select texts.text_hash, unnest(terms.terms) as term
    from texts
    inner join landed.intermediate.int_text_terms as terms on texts.text_key = terms.text_key
)
select text_hash, term, dense_rank() over (order by term)::integer as word
from words;

create temp table word as
select distinct word, term from text_word;

-- one row a member, so that speakers are rows
create temp table member_word as
with month_words as (
    select
        'month' as period_type, date_trunc('month', messages.sent_date)::date as period_start, messages.grp,
        messages.person, text_word.word, count(*)::integer as messages
    from valid_message as messages
    inner join text_word on messages.text_hash = text_word.text_hash
    group by all
),
week_words as (
    select
        'week' as period_type, date_trunc('week', messages.sent_date)::date as period_start, messages.grp,
        messages.person, text_word.word, count(*)::integer as messages
    from valid_message as messages
    inner join text_word on messages.text_hash = text_word.text_hash
    group by all
)
from month_words
union all
from week_words;

create temp table scope_word as
select
    words.period_type, words.period_start, group_scope.scope, words.word, sum(words.messages)::bigint as messages,
    count(*) as speakers
from member_word as words
inner join group_scope on words.grp = group_scope.grp and group_scope.scope_type = 'group'
group by all
union all
select period_type, period_start, getvariable('scope_all'), word, sum(messages)::bigint, count(*)
from (
    select period_type, period_start, person, word, sum(messages) as messages
    from member_word
    group by all
)
group by period_type, period_start, word;

create table marts.mart_topic as
with
ranked as (
    select scope_word.*, word.term
    from scope_word
    inner join word on scope_word.word = word.word
    qualify row_number() over (
        partition by scope_word.period_type, scope_word.period_start, scope_word.scope
        order by scope_word.messages desc, scope_word.speakers desc, word.term
    ) <= 200
),
texts as (
    select date_period.period, group_scope.scope, sum(days.messages) as messages
    from (
        select grp, sent_date, count(*) as messages
        from valid_message
        where text_hash is not null
        group by all
    ) as days
    inner join date_period on days.sent_date = date_period.date
    inner join group_scope on days.grp = group_scope.grp
    where date_period.period_type in ('week', 'month') and group_scope.scope_type in ('all', 'group')
    group by all
),
keywords as (
    select distinct keyword from landed.intermediate.int_activity_keywords
)
select
    ranked.period_type,
    ranked.period_start,
    period.period_end,
    period.is_partial,
    scope.scope_type,
    scope.scope_id,
    ranked.term,
    ranked.messages,
    ranked.speakers,
    ranked.messages::double / nullif(texts.messages::double, 0) as message_share,
    case when previous_cells.period is not null then coalesce(previous.messages, 0) end as previous_messages,
    keywords.keyword is not null as is_activity_keyword
from ranked
inner join period on ranked.period_type = period.period_type and ranked.period_start = period.period_start
inner join scope on ranked.scope = scope.scope
inner join texts on period.period = texts.period and ranked.scope = texts.scope
left join scope_word as previous
    on ranked.period_type = previous.period_type
    and period.previous_start = previous.period_start
    and ranked.scope = previous.scope
    and ranked.word = previous.word
left join (
    select scope_period.scope, period.*
    from scope_period
    inner join period on scope_period.period = period.period
) as previous_cells
    on ranked.period_type = previous_cells.period_type
    and period.previous_start = previous_cells.period_start
    and ranked.scope = previous_cells.scope
left join keywords on ranked.term = keywords.keyword;

create table marts.mart_touch_effect as
with
batches as (
    select
        touch_kind,
        coalesce(batch_id, 'none') as batch,
        count(*) as targeted,
        count(*) filter (where is_delivered) as delivered,
        count(*) filter (where clicked_at < getvariable('counted_before')) as clicked
    from touch
    where is_customer
    group by all
),
first_touches as (
    select
        touch_kind,
        coalesce(batch_id, 'none') as batch,
        person,
        arg_min({'at': touched_at, 'grp': grp}, (touched_at, touch_id)) as touch
    from touch
    where is_customer and is_delivered
    group by all
),
members as (
    select touch_kind, batch, count(*) as members from first_touches group by all
),
purchases as (
    select
        first_touches.touch_kind,
        first_touches.batch,
        count(distinct first_touches.person) as buyers,
        sum(sale.net_sales) as net_sales
    from first_touches
    inner join sale
        on first_touches.person = sale.person
        and sale.paid_at >= first_touches.touch.at
        and sale.paid_at <= first_touches.touch.at + interval 72 hours
    group by all
),
departures as (
    select first_touches.touch_kind, first_touches.batch, count(distinct first_touches.person) as leavers
    from first_touches
    inner join span
        on first_touches.person = span.person
        and span.ended_at >= first_touches.touch.at
        and span.ended_at <= first_touches.touch.at + interval 24 hours
    where span.end_reason = 'leave' and coalesce(first_touches.touch.grp = span.grp, true)
    group by all
)
select
    batches.touch_kind,
    batches.batch as batch_id,
    batches.targeted,
    batches.delivered,
    batches.delivered::double / nullif(batches.targeted, 0) as reach_rate,
    batches.clicked,
    batches.clicked::double / nullif(batches.delivered, 0) as click_rate,
    coalesce(members.members, 0) as members,
    coalesce(purchases.buyers, 0) as buyers_3d,
    coalesce(purchases.net_sales, 0)::decimal(18, 2) as net_sales_3d,
    coalesce(departures.leavers, 0) as leaves_24h
from batches
left join members using (touch_kind, batch)
left join purchases using (touch_kind, batch)
left join departures using (touch_kind, batch);

create table marts.mart_activity as
with
-- stays by moment, in the scopes that have activities
scoped as (
    select activity.*, group_scope.scope
    from activity
    inner join group_scope on activity.grp = group_scope.grp and group_scope.scope_type = 'group'
    union all
    select activity.*, getvariable('scope_all') from activity where grp is null
    union all
    select activity.*, null
    from activity
    anti join community_group on activity.grp = community_group.grp
    where activity.grp is not null
),
span_scope as (
    select group_scope.scope, span.person, span.started_at, coalesce(span.ended_at, '9999-12-31') as ended_at
    from span
    inner join group_scope on span.grp = group_scope.grp
    where group_scope.scope_type in ('all', 'group') and group_scope.scope in (select scope from scoped)
),
-- who is there at the start, or comes in the time; once
starts as (
    select scoped.activity_id, span_scope.scope, span_scope.person, span_scope.started_at
    from scoped
    inner join date_row
        on date_row.date between scoped.started_at::date and scoped.effective_ended_at::date
    inner join span_scope on scoped.scope = span_scope.scope and date_row.date = span_scope.started_at::date
    where span_scope.started_at >= scoped.started_at and span_scope.started_at < scoped.effective_ended_at
),
joins as (
    select activity_id, count(*) as joins from starts group by activity_id
),
-- distinct members with a span over the start, by running counts of merged stays
merged as (
    select scope, person, min(started_at) as entered_at, max(ended_at) as left_at
    from (
        select
            *,
            sum(is_new) over (
                partition by scope, person order by started_at, ended_at rows unbounded preceding
            ) as stay
        from (
            select
                *,
                coalesce(started_at > max(ended_at) over (
                    partition by scope, person order by started_at, ended_at
                    rows between unbounded preceding and 1 preceding
                ), true)::integer as is_new
            from span_scope
        )
    )
    group by scope, person, stay
),
entries as (
    select
        scope,
        entered_at,
        sum(count(*)) over (partition by scope order by entered_at) as so_far
    from merged
    where entered_at < left_at
    group by scope, entered_at
),
exits as (
    select
        scope,
        left_at,
        sum(count(*)) over (partition by scope order by left_at) as so_far
    from merged
    where entered_at < left_at
    group by scope, left_at
),
-- there at the very start: entered by then, not left by then
present as (
    select scoped.activity_id, coalesce(entries.so_far, 0) - coalesce(exits.so_far, 0) as members
    from scoped
    asof left join entries on scoped.scope = entries.scope and scoped.started_at >= entries.entered_at
    asof left join exits on scoped.scope = exits.scope and scoped.started_at >= exits.left_at
),
-- those who come later and were not there at the start
newcomers as (
    select starts.activity_id, count(distinct starts.person) as members
    from starts
    inner join scoped on starts.activity_id = scoped.activity_id
    anti join merged
        on starts.scope = merged.scope
        and starts.person = merged.person
        and merged.entered_at <= scoped.started_at
        and merged.left_at > scoped.started_at
    group by starts.activity_id
),
windows as (
    select activity_id, scope, true as is_during, started_at as from_at, effective_ended_at as until_at from scoped
    union all
    select activity_id, scope, false, started_at - (effective_ended_at - started_at), started_at from scoped
),
message_days as (
    select
        case when grouping(grp) = 1 then getvariable('scope_all') else any_value(group_scope.scope) end as scope,
        valid_message.sent_date as date,
        count(*) as messages
    from valid_message
    inner join group_scope using (grp)
    where group_scope.scope_type = 'group'
    group by grouping sets ((grp, valid_message.sent_date), (valid_message.sent_date))
),
edge_dates as (
    select *, from_at::date as date from windows
    union
    select *, until_at::date as date from windows
),
message_counts as (
    select windows.activity_id, windows.is_during, days.messages
    from windows
    inner join message_days as days
        on windows.scope = days.scope
        and days.date > windows.from_at::date
        and days.date < windows.until_at::date
    union all
    select edge_dates.activity_id, edge_dates.is_during, count(*)
    from edge_dates
    inner join group_scope on edge_dates.scope = group_scope.scope and group_scope.scope_type = 'group'
    inner join valid_message as messages on group_scope.grp = messages.grp and edge_dates.date = messages.sent_date
    where messages.sent_at >= edge_dates.from_at and messages.sent_at < edge_dates.until_at
    group by edge_dates.activity_id, edge_dates.is_during
    union all
    select edge_dates.activity_id, edge_dates.is_during, count(*)
    from edge_dates
    inner join valid_message as messages on edge_dates.date = messages.sent_date
    where
        edge_dates.scope = getvariable('scope_all')
        and messages.sent_at >= edge_dates.from_at
        and messages.sent_at < edge_dates.until_at
    group by edge_dates.activity_id, edge_dates.is_during
),
messages as (
    select
        activity_id,
        sum(messages) filter (where is_during) as during,
        sum(messages) filter (where not is_during) as before
    from message_counts
    group by activity_id
),
participants as (
    select
        activity_id,
        row_number() over (partition by person order by min(participated_at), activity_id) = 1 as is_new
    from participation
    where is_customer
    group by activity_id, person
),
taken_part as (
    select activity_id, count(*) as participants, count(*) filter (where is_new) as new_participants
    from participants
    group by activity_id
),
sales as (
    select
        activity_id,
        count(*) as orders,
        count(distinct person) as buyers,
        sum(net_sales) as net_sales,
        sum(net_sales) filter (where cost_of_goods is not null) - sum(cost_of_goods) as gross_profit
    from sale
    where activity_id is not null
    group by activity_id
)
select
    activity.activity_id,
    activity.activity_name,
    activity.activity_type,
    activity.group_id,
    activity.started_at,
    activity.ended_at,
    (coalesce(present.members, 0) + coalesce(newcomers.members, 0))::bigint as target_members,
    coalesce(taken_part.participants, 0) as participants,
    coalesce(taken_part.participants, 0)::double / nullif(target_members, 0) as participation_rate,
    coalesce(taken_part.new_participants, 0) as new_participants,
    coalesce(messages.during, 0)::bigint as messages_during,
    coalesce(messages.before, 0)::bigint as messages_before,
    coalesce(joins.joins, 0) as joins_during,
    coalesce(sales.orders, 0) as orders,
    coalesce(sales.buyers, 0) as buyers,
    coalesce(sales.net_sales, 0)::decimal(18, 2) as net_sales,
    round(sales.gross_profit, 2)::decimal(18, 2) as gross_profit,
    activity.cost_amount,
    (sales.gross_profit - activity.cost_amount)::double / nullif(activity.cost_amount::double, 0)
        as return_on_investment
from activity
left join present using (activity_id)
left join newcomers using (activity_id)
left join joins using (activity_id)
left join messages using (activity_id)
left join taken_part using (activity_id)
left join sales using (activity_id);

-- Private chats and their turns (R18)
create temp table chat as
select message_id, sent_at, sent_date, person, staff_id, is_from_staff
from (
    select
        message.message_id, message.sent_at, message.sent_date, message.person, staff.staff_id,
        false as is_from_staff
    from message
    inner join staff on message.receiver = staff.person and staff.stands_for_member
    where
        message.grp is null and message.is_customer and message.kind <> 'system'
        and not coalesce(message.recalled_at < getvariable('counted_before'), false)
    union all
    select message.message_id, message.sent_at, message.sent_date, message.receiver, staff.staff_id, true
    from message
    inner join staff on message.person = staff.person and staff.stands_for_member
    inner join person on message.receiver = person.person and person.is_customer
    where
        message.grp is null and message.kind <> 'system'
        and not coalesce(message.recalled_at < getvariable('counted_before'), false)
);

create temp table turn as
with
openings as (
    select
        *,
        not is_from_staff
        and (
            lag(sent_at) over chats is null
            or lag(is_from_staff) over chats
            or sent_at >= lag(sent_at) over chats + interval 24 hours
        ) as is_opening
    from chat
    window chats as (partition by person, staff_id order by sent_at, message_id)
),
numbered as (
    select
        *,
        sum(is_opening::integer) over (
            partition by person, staff_id order by sent_at, message_id rows unbounded preceding
        ) as turn_number
    from openings
),
turns as (
    select
        staff_id,
        min(sent_at) filter (where is_opening) as opened_at,
        min(sent_at) filter (where is_from_staff) as first_reply_at
    from numbered
    where turn_number > 0
    group by person, staff_id, turn_number
)
select
    staff_id,
    opened_at::date as opened_date,
    case
        when first_reply_at <= opened_at + interval 24 hours
            then date_diff('microsecond', opened_at, first_reply_at) / 1000000.0::double
    end as response_seconds
from turns
where
    first_reply_at <= opened_at + interval 24 hours
    or opened_at + interval 24 hours <= getvariable('counted_before');

create table marts.mart_staff_service as
with
chat_days as (
    select
        staff_id, person, sent_date as date, count(*) filter (where is_from_staff) as staff_messages,
        max(sent_at::time) filter (where is_from_staff) as latest_time
    from chat
    group by all
),
chats as (
    select
        date_period.period,
        chat_days.staff_id,
        count(distinct chat_days.person) as conversations,
        count(distinct chat_days.person) filter (where chat_days.staff_messages > 0) as customers_served,
        sum(chat_days.staff_messages)::bigint as staff_messages,
        max(chat_days.latest_time) as latest_message_time
    from chat_days
    inner join date_period on chat_days.date = date_period.date
    where date_period.period_type in ('day', 'week', 'month')
    group by all
),
turns as (
    select
        date_period.period,
        turn.staff_id,
        count(*) as turns,
        count(turn.response_seconds) as answered,
        count(*) filter (where turn.response_seconds <= 300) as within_sla,
        quantile_cont(turn.response_seconds, 0.5) as p50,
        quantile_cont(turn.response_seconds, 0.9) as p90
    from turn
    inner join date_period on turn.opened_date = date_period.date
    where date_period.period_type in ('day', 'week', 'month')
    group by all
),
posts as (
    select date_period.period, days.staff_id, sum(days.messages)::bigint as messages
    from (
        select staff.staff_id, messages.sent_date, count(*) as messages
        from group_message as messages
        inner join staff on messages.person = staff.person and staff.stands_for_member
        where not messages.is_customer and messages.kind <> 'system' and not messages.is_recalled
        group by all
    ) as days
    inner join date_period on days.sent_date = date_period.date
    where date_period.period_type in ('day', 'week', 'month')
    group by all
),
contacts as (
    select
        date_period.period,
        contact_event.staff_id,
        count(*) filter (where contact_event.event_type = 'add') as added,
        count(*) filter (where contact_event.event_type = 'staff_delete') as deleted_by_staff,
        count(*) filter (where contact_event.event_type = 'customer_delete') as deleted_by_customer
    from contact_event
    inner join date_period on contact_event.occurred_date = date_period.date
    where
        date_period.period_type in ('day', 'week', 'month')
        and contact_event.occurred_at < getvariable('counted_before')
    group by all
)
select
    period.period_type,
    period.period_start,
    period.period_end,
    period.is_partial,
    staff_id,
    coalesce(chats.conversations, 0) as conversations,
    coalesce(chats.customers_served, 0) as customers_served,
    coalesce(turns.turns, 0) as turns,
    coalesce(turns.answered, 0) as answered_turns,
    turns.answered::double / nullif(turns.turns, 0) as reply_rate,
    turns.p50 as response_seconds_p50,
    turns.p90 as response_seconds_p90,
    turns.within_sla::double / nullif(turns.turns, 0) as within_sla_rate,
    coalesce(turns.turns - turns.answered, 0) as unanswered_turns,
    chats.latest_message_time,
    coalesce(chats.staff_messages, 0) as staff_messages,
    coalesce(posts.messages, 0) as group_messages,
    coalesce(contacts.added, 0) as new_contacts,
    coalesce(contacts.deleted_by_staff, 0) as deleted_by_staff,
    coalesce(contacts.deleted_by_customer, 0) as deleted_by_customer
from chats
full join turns using (period, staff_id)
full join posts using (period, staff_id)
full join contacts using (period, staff_id)
inner join period using (period);

create table marts.mart_service_quality as
with
scoped as (
    select getvariable('scope_all') as scope, feedback.*
    from feedback
    where opened_at < getvariable('counted_before')
    union all
    select group_scope.scope, feedback.*
    from feedback
    inner join group_scope on feedback.grp = group_scope.grp and group_scope.scope_type = 'group'
    where feedback.opened_at < getvariable('counted_before')
),
counted as (
    select
        date_period.period,
        scoped.scope,
        count(*) filter (where feedback_kind = 'complaint') as complaints,
        count(*) filter (where feedback_kind = 'praise') as praises,
        count(*) filter (where feedback_kind = 'phone_visit') as phone_visits,
        count(distinct person) filter (where feedback_kind = 'complaint' and is_by_customer) as complaining,
        avg(score::double) filter (where feedback_kind = 'survey') as survey_score,
        quantile_cont(date_diff('microsecond', opened_at, closed_at) / 1000000.0::double / 3600, 0.5)
            filter (where feedback_kind = 'complaint') as handling_hours
    from scoped
    inner join date_period on scoped.opened_date = date_period.date
    where date_period.period_type in ('week', 'month')
    group by all
),
cells as (
    select scope_period.period, scope_period.scope
    from scope_period
    inner join scope on scope_period.scope = scope.scope
    where scope_period.period_type in ('week', 'month') and scope.scope_type in ('all', 'group')
    union
    select period, scope from counted where scope = getvariable('scope_all')
)
select
    period.period_type,
    period.period_start,
    period.period_end,
    period.is_partial,
    scope.scope_type,
    scope.scope_id,
    coalesce(counted.complaints, 0) as complaints,
    coalesce(counted.praises, 0) as praises,
    coalesce(counted.complaining, 0)::double / nullif(membership_period.members_present, 0) as complaint_rate,
    counted.praises::double / nullif(counted.praises + counted.complaints, 0) as praise_rate,
    counted.survey_score as survey_score_average,
    coalesce(counted.phone_visits, 0) as phone_visits,
    counted.handling_hours as handling_hours_p50
from cells
inner join period on cells.period = period.period
inner join scope on cells.scope = scope.scope
left join membership_period on cells.period = membership_period.period and cells.scope = membership_period.scope
left join counted on cells.period = counted.period and cells.scope = counted.scope;

create table marts.mart_content as
with
posts as (
    select
        date_period.period,
        count(distinct content_post.post_id) as posts,
        sum(content_post.reads)::bigint as reads,
        sum(content_post.shares) as shares,
        sum(content_post.likes) as likes,
        sum(content_post.favorites) as favorites
    from content_post
    inner join date_period on content_post.post_date = date_period.date
    where date_period.period_type in ('week', 'month')
    group by all
),
staff_people as (
    select person from member where member_type = 'staff'
    union
    select person from staff where person is not null
),
days as (
    select
        action_date as date,
        count(*) filter (where action = 'forward') as forwards,
        count(*) filter (where action = 'like') as likes,
        0 as staff_content
    from message_action
    where grp is not null and action in ('forward', 'like')
    group by all
    union all
    select messages.sent_date, 0, 0, count(*)
    from group_message as messages
    inner join staff_people on messages.person = staff_people.person
    where
        not messages.is_customer and messages.kind not in ('text', 'system') and not messages.is_recalled
    group by all
),
events as (
    select
        date_period.period,
        sum(days.forwards)::bigint as forwards,
        sum(days.likes)::bigint as likes,
        sum(days.staff_content)::bigint as staff_content
    from days
    inner join date_period on days.date = date_period.date
    where date_period.period_type in ('week', 'month')
    group by all
)
select
    period.period_type,
    period.period_start,
    period.period_end,
    period.is_partial,
    coalesce(posts.posts, 0) as posts,
    case when posts.posts is null then 0 else posts.reads end as reads,
    posts.shares::double / nullif(posts.reads, 0) as share_rate,
    posts.likes::double / nullif(posts.reads, 0) as like_rate,
    posts.favorites::double / nullif(posts.reads, 0) as favorite_rate,
    coalesce(events.forwards, 0) as group_forwards,
    coalesce(events.likes, 0) as group_likes,
    coalesce(events.staff_content, 0) as staff_content_messages
from posts
full join events using (period)
inner join period using (period);
