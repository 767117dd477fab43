-- What landed, typed: the last landed row of each key (R20), people and groups as small numbers in the order of their
-- ids, so that everything after this hashes and sorts four bytes. Keys that landed once, nearly all, are found by
-- a hash and pass; only the others are ranked.

create temp table identity as
select id_value, member_id
from landed.raw.canonical__identities
qualify row_number() over (partition by id_value order by load_seq desc, line desc) = 1;

create temp table member_row as
select *
from landed.raw.canonical__members
qualify row_number() over (partition by member_id order by load_seq desc, line desc) = 1;

create temp table staff_row as
select *
from landed.raw.canonical__staff
qualify row_number() over (partition by staff_id order by load_seq desc, line desc) = 1;

create temp table alias as
with
written as (
    select member_id as id from member_row
    union select member_id from staff_row
    union select member_id from identity
    union select distinct member_id from landed.raw.canonical__contact_events
    union select distinct member_id from landed.raw.canonical__membership_events
    union select distinct inviter_id from landed.raw.canonical__membership_events
    union select distinct sender_id from landed.raw.canonical__messages
    union select distinct receiver_id from landed.raw.canonical__messages
    union select distinct actor_id from landed.raw.canonical__message_actions
    union select distinct member_id from landed.raw.canonical__activity_participations
    union select distinct member_id from landed.raw.canonical__orders
    union select distinct sharer_id from landed.raw.canonical__orders
    union select distinct member_id from landed.raw.canonical__touches
    union select distinct member_id from landed.raw.canonical__page_views
    union select distinct member_id from landed.raw.canonical__feedback
    union select distinct member_id from landed.raw.canonical__member_tags
)
select
    written.id,
    coalesce(identity.member_id, written.id) as member_id,
    dense_rank() over (order by coalesce(identity.member_id, written.id))::integer as person
from written
left join identity on written.id = identity.id_value
where written.id is not null;

create temp table staff as
select
    staff_row.staff_id,
    staff_row.staff_name,
    staff_row.department,
    alias.person,
    row_number() over (partition by alias.person order by staff_row.staff_id) = 1
    and alias.person is not null as stands_for_member
from staff_row
left join alias on staff_row.member_id = alias.id;

create temp table member as
select
    alias.person,
    member_row.* exclude (member_id),
    member_row.birthday is not null as has_birthday
from member_row
inner join alias on member_row.member_id = alias.id
qualify row_number() over (
    partition by alias.person
    order by member_row.member_id <> alias.member_id, member_row.load_seq desc, member_row.line desc
) = 1;

-- is_customer: R2
create temp table person as
with others as (
    select person from member where member_type in ('staff', 'bot', 'shill')
    union
    select person from staff where person is not null
)
select
    people.person,
    people.member_id,
    others.person is null as is_customer
from (select distinct person, member_id from alias) as people
left join others on people.person = others.person;

create temp table known_id as
select alias.id, alias.person, person.is_customer
from alias
inner join person on alias.person = person.person;

create temp table group_number as
with written as (
    select group_id from landed.raw.canonical__groups
    union select distinct group_id from landed.raw.canonical__membership_events
    union select distinct group_id from landed.raw.canonical__messages
    union select distinct group_id from landed.raw.canonical__activity_participations
    union select distinct group_id from landed.raw.canonical__activities
    union select distinct group_id from landed.raw.canonical__message_actions
    union select distinct group_id from landed.raw.canonical__orders
    union select distinct group_id from landed.raw.canonical__touches
    union select distinct group_id from landed.raw.canonical__page_views
    union select distinct group_id from landed.raw.canonical__feedback
)
select group_id, row_number() over (order by group_id)::integer as grp
from written
where group_id is not null;

create type message_kind as enum (
    'text', 'image', 'voice', 'video', 'file', 'link', 'mini_program', 'red_packet', 'vote',
    'check_in', 'emotion', 'system', 'other'
);

create temp table message as
with
repeated as (
    select hash(message_id) as key
    from landed.raw.canonical__messages
    group by all
    having count(*) > 1
),
kept as (
    select *
    from landed.raw.canonical__messages
    where hash(message_id) not in (from repeated)
    union all
    (
        select *
        from landed.raw.canonical__messages
        where hash(message_id) in (from repeated)
        qualify row_number() over (partition by message_id order by load_seq desc, line desc) = 1
    )
)
select
    group_number.grp,
    sender.person,
    sender.is_customer,
    receiver.person as receiver,
    case when kept.group_id is null then kept.message_id end as message_id,
    kept.sent_at::timestamp as sent_at,
    kept.sent_at::timestamp::date as sent_date,
    kept.message_type::message_kind as kind,
    kept.recalled_at::timestamp as recalled_at,
    kept.message_type <> 'text'
    or coalesce(regexp_matches(kept.content, '[\p{L}\p{Nd}]'), false) as says_something,
    case when kept.message_type = 'text' then hash(kept.content) end as text_hash,
    case when kept.message_type = 'text' then length(kept.content)::integer end as characters,
    kept.load_seq::integer as load_seq
from kept
inner join known_id as sender on kept.sender_id = sender.id
left join known_id as receiver on kept.receiver_id = receiver.id
left join group_number on kept.group_id = group_number.group_id;

create temp table membership_event as
with
repeated as (
    select hash(group_id, member_id, event_type, occurred_at) as key
    from landed.raw.canonical__membership_events
    group by all
    having count(*) > 1
),
kept as (
    select *
    from landed.raw.canonical__membership_events
    where hash(group_id, member_id, event_type, occurred_at) not in (from repeated)
    union all
    (
        select *
        from landed.raw.canonical__membership_events
        where hash(group_id, member_id, event_type, occurred_at) in (from repeated)
        qualify row_number() over (
            partition by group_id, member_id, event_type, occurred_at order by load_seq desc, line desc
        ) = 1
    )
)
select
    group_number.grp,
    members.person,
    members.is_customer,
    kept.event_type = 'leave' as is_leave,
    kept.occurred_at::timestamp as occurred_at,
    kept.scene,
    kept.channel_id,
    kept.script_id,
    inviters.person as inviter,
    kept.leave_reason,
    kept.load_seq
from kept
inner join group_number on kept.group_id = group_number.group_id
inner join known_id as members on kept.member_id = members.id
left join known_id as inviters on kept.inviter_id = inviters.id;

create temp table activity_row as
select
    activities.activity_id,
    activities.activity_name,
    activities.activity_type,
    group_number.grp,
    activities.group_id,
    activities.started_at::timestamp as started_at,
    activities.ended_at::timestamp as ended_at,
    activities.cost_amount::decimal(18, 2) as cost_amount,
    activities.load_seq
from landed.raw.canonical__activities as activities
left join group_number on activities.group_id = group_number.group_id
qualify row_number() over (
    partition by activities.activity_id order by activities.load_seq desc, activities.line desc
) = 1;

create temp table participation_row as
select
    kept.activity_id,
    known_id.person,
    known_id.is_customer,
    kept.participated_at::timestamp as participated_at,
    group_number.grp,
    kept.load_seq
from (
    select *
    from landed.raw.canonical__activity_participations
    qualify row_number() over (
        partition by activity_id, member_id, participated_at, action order by load_seq desc, line desc
    ) = 1
) as kept
inner join known_id on kept.member_id = known_id.id
left join group_number on kept.group_id = group_number.group_id;

create temp table touch as
with
repeated as (
    select hash(touch_id) as key from landed.raw.canonical__touches group by all having count(*) > 1
),
kept as (
    select * from landed.raw.canonical__touches where hash(touch_id) not in (from repeated)
    union all
    (
        select *
        from landed.raw.canonical__touches
        where hash(touch_id) in (from repeated)
        qualify row_number() over (partition by touch_id order by load_seq desc, line desc) = 1
    )
)
select
    kept.touch_id,
    kept.batch_id,
    known_id.person,
    known_id.is_customer,
    group_number.grp,
    kept.touched_at::timestamp as touched_at,
    kept.touched_at::timestamp::date as touch_date,
    kept.touch_kind,
    kept.channel_id,
    coalesce(kept.touch_status not in ('unsent', 'failed'), true) as is_delivered,
    kept.clicked_at::timestamp as clicked_at,
    kept.load_seq
from kept
inner join known_id on kept.member_id = known_id.id
left join group_number on kept.group_id = group_number.group_id;

create temp table order_row as
with
repeated as (
    select hash(order_id) as key from landed.raw.canonical__orders group by all having count(*) > 1
),
kept as (
    select * from landed.raw.canonical__orders where hash(order_id) not in (from repeated)
    union all
    (
        select *
        from landed.raw.canonical__orders
        where hash(order_id) in (from repeated)
        qualify row_number() over (partition by order_id order by load_seq desc, line desc) = 1
    )
)
select
    kept.order_id,
    known_id.person,
    coalesce(known_id.is_customer, true) as is_customer,
    kept.ordered_at::timestamp as ordered_at,
    kept.paid_at::timestamp as paid_at,
    kept.order_status,
    kept.goods_amount::decimal(18, 2) as goods_amount,
    kept.discount_amount::decimal(18, 2) as discount_amount,
    kept.paid_amount::decimal(18, 2) as paid_amount,
    group_number.grp,
    kept.channel_id,
    kept.activity_id,
    kept.live_id,
    sharers.person as sharer,
    kept.load_seq
from kept
left join known_id on kept.member_id = known_id.id
left join known_id as sharers on kept.sharer_id = sharers.id
left join group_number on kept.group_id = group_number.group_id;

-- R1
create temp table history as
select
    min(first_day) as first_day,
    max(last_day) as as_of,
    max(last_day) + 1 as counted_before
from (
    select min(sent_date) as first_day, max(sent_date) as last_day from message
    union all
    select min(occurred_at)::date, max(occurred_at)::date from membership_event
    union all
    select min(paid_at)::date, max(paid_at)::date from order_row where order_status <> 'created'
    union all
    select min(participated_at)::date, max(participated_at)::date from participation_row
    union all
    select min(touch_date), max(touch_date) from touch
);

set variable first_day = (select first_day from history);

set variable as_of = (select as_of from history);

set variable counted_before = (select counted_before::timestamp from history);

create temp table group_row as
select
    group_number.grp,
    groups.group_id,
    groups.group_name,
    groups.group_type,
    groups.stage,
    groups.owner_staff_id,
    staff.department as owner_department,
    case when groups.created_at::timestamp < getvariable('counted_before') then groups.created_at::timestamp end
        as created_at,
    case when groups.dissolved_at::timestamp < getvariable('counted_before') then groups.dissolved_at::timestamp end
        as dissolved_at,
    groups.load_seq
from (
    select *
    from landed.raw.canonical__groups
    qualify row_number() over (partition by group_id order by load_seq desc, line desc) = 1
) as groups
inner join group_number on groups.group_id = group_number.group_id
left join staff on groups.owner_staff_id = staff.staff_id;

create temp table activity as
select
    * exclude (ended_at),
    case when ended_at < getvariable('counted_before') then ended_at end as ended_at,
    coalesce(
        case when ended_at < getvariable('counted_before') then ended_at end, (started_at::date + 1)::timestamp
    ) as effective_ended_at
from activity_row
where started_at < getvariable('counted_before');

create temp table participation as
select
    participation_row.* exclude (grp),
    participation_row.participated_at::date as participated_date,
    coalesce(participation_row.grp, activity.grp) as grp
from participation_row
left join activity on participation_row.activity_id = activity.activity_id;

create temp table product as
select
    product_id,
    product_name,
    category,
    product_role,
    unit_cost::decimal(18, 2) as unit_cost,
    repurchase_cycle_days::bigint as repurchase_cycle_days,
    load_seq
from landed.raw.canonical__products
qualify row_number() over (partition by product_id order by load_seq desc, line desc) = 1;

create temp table item_row as
with
repeated as (
    select hash(order_id, line_number) as key
    from landed.raw.canonical__order_items
    group by all
    having count(*) > 1
),
kept as (
    select * from landed.raw.canonical__order_items where hash(order_id, line_number) not in (from repeated)
    union all
    (
        select *
        from landed.raw.canonical__order_items
        where hash(order_id, line_number) in (from repeated)
        qualify row_number() over (partition by order_id, line_number order by load_seq desc, line desc) = 1
    )
)
select
    kept.order_id,
    kept.product_id,
    kept.quantity::bigint as quantity,
    kept.line_amount::decimal(18, 2) as line_amount,
    coalesce(kept.unit_cost::decimal(18, 2), product.unit_cost) as unit_cost,
    kept.load_seq
from kept
left join product on kept.product_id = product.product_id;

create temp table refund_row as
select
    order_id,
    refunded_at::timestamp as refunded_at,
    refund_amount::decimal(18, 2) as refund_amount,
    load_seq
from landed.raw.canonical__refunds
qualify row_number() over (partition by refund_id order by load_seq desc, line desc) = 1;

create temp table action_row as
with
repeated as (
    select hash(message_id, actor_id, action, occurred_at) as key
    from landed.raw.canonical__message_actions
    group by all
    having count(*) > 1
),
kept as (
    select *
    from landed.raw.canonical__message_actions
    where hash(message_id, actor_id, action, occurred_at) not in (from repeated)
    union all
    (
        select *
        from landed.raw.canonical__message_actions
        where hash(message_id, actor_id, action, occurred_at) in (from repeated)
        qualify row_number() over (
            partition by message_id, actor_id, action, occurred_at order by load_seq desc, line desc
        ) = 1
    )
)
select
    kept.message_id,
    known_id.person,
    known_id.is_customer,
    group_number.grp,
    kept.action,
    kept.occurred_at::timestamp as occurred_at,
    kept.load_seq
from kept
inner join known_id on kept.actor_id = known_id.id
left join group_number on kept.group_id = group_number.group_id;

-- an action without group belongs to its message's (R21)
create temp table message_action as
with
groups_of_messages as (
    select messages.message_id, group_number.grp
    from landed.raw.canonical__messages as messages
    semi join (from action_row where grp is null) as actions on messages.message_id = actions.message_id
    inner join group_number on messages.group_id = group_number.group_id
    qualify row_number() over (
        partition by messages.message_id order by messages.load_seq desc, messages.line desc
    ) = 1
)
select
    action_row.person,
    coalesce(action_row.grp, groups_of_messages.grp) as grp,
    action_row.action,
    action_row.occurred_at::date as action_date
from action_row
left join groups_of_messages
    on case when action_row.grp is null then action_row.message_id end = groups_of_messages.message_id
where action_row.is_customer and action_row.occurred_at < getvariable('counted_before');

create temp table view_row as
with
repeated as (
    select hash(viewed_at, visitor_id, page) as key
    from landed.raw.canonical__page_views
    group by all
    having count(*) > 1
),
kept as (
    select * from landed.raw.canonical__page_views where hash(viewed_at, visitor_id, page) not in (from repeated)
    union all
    (
        select *
        from landed.raw.canonical__page_views
        where hash(viewed_at, visitor_id, page) in (from repeated)
        qualify row_number() over (partition by viewed_at, visitor_id, page order by load_seq desc, line desc) = 1
    )
)
select
    hash(kept.visitor_id) as visitor,
    known_id.person,
    coalesce(known_id.is_customer, true) as is_customer,
    group_number.grp,
    kept.viewed_at::timestamp as viewed_at,
    kept.viewed_at::timestamp::date as viewed_date,
    kept.load_seq
from kept
left join known_id on kept.member_id = known_id.id
left join group_number on kept.group_id = group_number.group_id;

create temp table contact_event as
select
    kept.staff_id,
    known_id.person,
    kept.event_type,
    kept.occurred_at::timestamp::date as occurred_date,
    kept.occurred_at::timestamp as occurred_at,
    kept.load_seq
from (
    select *
    from landed.raw.canonical__contact_events
    qualify row_number() over (
        partition by staff_id, member_id, event_type, occurred_at order by load_seq desc, line desc
    ) = 1
) as kept
inner join known_id on kept.member_id = known_id.id;

create temp table feedback as
select
    kept.feedback_kind,
    kept.opened_at::timestamp as opened_at,
    kept.opened_at::timestamp::date as opened_date,
    known_id.person,
    coalesce(known_id.is_customer, false) as is_by_customer,
    group_number.grp,
    kept.group_id,
    kept.score::bigint as score,
    case when kept.closed_at::timestamp < getvariable('counted_before') then kept.closed_at::timestamp end
        as closed_at,
    kept.load_seq
from (
    select *
    from landed.raw.canonical__feedback
    qualify row_number() over (partition by feedback_id order by load_seq desc, line desc) = 1
) as kept
left join known_id on kept.member_id = known_id.id
left join group_number on kept.group_id = group_number.group_id;

create temp table tag_row as
select
    known_id.person,
    known_id.is_customer,
    kept.tag,
    kept.tagged_at::timestamp as tagged_at,
    kept.removed_at::timestamp as removed_at,
    kept.load_seq,
    kept.line
from (
    select *
    from landed.raw.canonical__member_tags
    qualify row_number() over (partition by member_id, tag, tagged_at order by load_seq desc, line desc) = 1
) as kept
inner join known_id on kept.member_id = known_id.id;

create temp table channel as
select channel_id, channel_name, load_seq
from landed.raw.canonical__channels
qualify row_number() over (partition by channel_id order by load_seq desc, line desc) = 1;

create temp table spend as
select
    spend_date::date as spend_date,
    channel_id,
    cost_kind,
    cost_amount::decimal(18, 2) as cost_amount,
    impressions::bigint as impressions,
    clicks::bigint as clicks,
    invited::bigint as invited,
    load_seq
from landed.raw.canonical__channel_spend
qualify row_number() over (
    partition by spend_date, channel_id, campaign_id, cost_kind order by load_seq desc, line desc
) = 1;

create temp table live_session as
select
    live_id,
    live_name,
    started_at::timestamp as started_at,
    case when ended_at::timestamp < getvariable('counted_before') then ended_at::timestamp end as ended_at,
    viewers::bigint as viewers,
    comments::bigint as comments,
    gmv_amount::decimal(18, 2) as gmv_amount,
    load_seq
from landed.raw.canonical__live_sessions
qualify row_number() over (partition by live_id order by load_seq desc, line desc) = 1;

create temp table content_post as
select
    post_date::date as post_date,
    post_id,
    reads::bigint as reads,
    shares::bigint as shares,
    favorites::bigint as favorites,
    likes::bigint as likes,
    load_seq
from landed.raw.canonical__content_posts
qualify row_number() over (partition by post_date, post_id order by load_seq desc, line desc) = 1;

create temp table target_row as
select *
from landed.raw.canonical__kpi_targets
qualify row_number() over (
    partition by scorecard, period_type, period_start, scope_type, scope_id, metric_id
    order by load_seq desc, line desc
) = 1;
