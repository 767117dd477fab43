-- Orders and the groups they belong to (R8, R9), and the first mart: member-days.

create temp table sale as
with
costs as (
    select
        order_id,
        case
            when count(*) = count(quantity * unit_cost) then sum(quantity::double * unit_cost::double)
        end as full_cost
    from item_row
    group by order_id
),
refunded as (
    select order_id, sum(refund_amount) as refunded_amount
    from refund_row
    where refunded_at < getvariable('counted_before')
    group by order_id
),
paid as (
    select
        order_row.* exclude (paid_at),
        order_row.paid_at,
        order_row.paid_at::date as paid_date,
        costs.full_cost,
        greatest(order_row.paid_amount - coalesce(refunded.refunded_amount, 0), 0)::decimal(18, 2) as net_sales
    from order_row
    left join costs on order_row.order_id = costs.order_id
    left join refunded on order_row.order_id = refunded.order_id
    where
        order_row.paid_at < getvariable('counted_before')
        and order_row.order_status <> 'created'
        and order_row.is_customer
)
select
    (row_number() over ())::integer as sale,
    paid.* exclude (full_cost, is_customer, order_status),
    case
        when full_cost >= 100000000 then null
        when paid_amount = 0 then full_cost
        else full_cost * net_sales::double / paid_amount::double
    end::decimal(18, 9) as cost_of_goods,
    person is not null
    and row_number() over (partition by person order by paid_at, order_id) = 1 as is_first
from paid;

create temp table sale_group as
select
    sale,
    grp,
    row_number() over (partition by sale order by is_named desc, started_at desc, grp) = 1 as is_attributed
from (
    select
        sale.sale,
        span.grp,
        coalesce(span.grp = sale.grp, false) as is_named,
        max(span.started_at) as started_at
    from sale
    inner join span
        on sale.person = span.person
        and sale.paid_at >= span.started_at
        and (span.ended_at is null or sale.paid_at < span.ended_at)
    group by all
);

alter table sale add column attributed_grp integer;

update sale
set attributed_grp = sale_group.grp
from sale_group
where sale.sale = sale_group.sale and sale_group.is_attributed;

-- a buyer in several groups of one scope buys once in it
create temp table sale_scope as
select sale_group.sale, group_scope.scope, group_scope.scope_type
from sale_group
inner join group_scope on sale_group.grp = group_scope.grp
where group_scope.scope_type = 'group'
union all
select distinct sale_group.sale, group_scope.scope, group_scope.scope_type
from sale_group
inner join group_scope on sale_group.grp = group_scope.grp
where group_scope.scope_type <> 'group';

create temp table page_view as
select (row_number() over ())::integer as view, visitor, person, grp, viewed_at, viewed_date
from view_row
where viewed_at < getvariable('counted_before') and is_customer;

-- valid messages of a member in a group and day
create temp table group_day as
select grp, person, sent_date as date, count(*)::integer as messages, coalesce(sum(characters), 0)::bigint as characters
from valid_message
group by grp, person, sent_date;

create temp table member_day_count as
with counted as (
    select
        grp, person, start_date as date, 1 as joins, 0 as leaves, 0 as messages, 0 as valid_messages,
        0 as characters, 0 as red_packets, 0 as actions, 0 as participations, 0 as page_views, 0 as touches,
        0 as attributed_orders, 0::decimal(18, 2) as gross_sales, 0::decimal(18, 2) as net_sales
    from span
    union all
    select grp, person, end_date, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    from span
    where end_reason = 'leave'
    union all
    select
        grp, person, sent_date, 0, 0, count(*), 0, 0, count(*) filter (where kind = 'red_packet'),
        0, 0, 0, 0, 0, 0, 0
    from group_message
    where is_customer and kind not in ('system', 'other') and not is_recalled
    group by all
    union all
    select grp, person, date, 0, 0, 0, messages, characters, 0, 0, 0, 0, 0, 0, 0, 0
    from group_day
    union all
    select grp, person, action_date, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0
    from message_action
    where grp is not null
    union all
    select grp, person, participated_date, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0
    from participation
    where is_customer and grp is not null
    union all
    select grp, person, viewed_date, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0
    from page_view
    where grp is not null and person is not null
    union all
    select grp, person, touch_date, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0
    from touch
    where is_customer and grp is not null and is_delivered
    union all
    select attributed_grp, person, paid_date, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, paid_amount, net_sales
    from sale
    where attributed_grp is not null
)
select
    grp,
    person,
    date,
    sum(joins)::integer as joins,
    sum(leaves)::integer as leaves,
    sum(messages)::integer as messages,
    sum(valid_messages)::integer as valid_messages,
    sum(characters)::bigint as characters,
    sum(red_packets)::integer as red_packets,
    sum(actions)::integer as actions,
    sum(participations)::integer as participations,
    sum(page_views)::integer as page_views,
    sum(touches)::integer as touches,
    sum(attributed_orders)::integer as attributed_orders,
    sum(gross_sales) as gross_sales,
    sum(net_sales) as net_sales
from counted
where date >= getvariable('first_day')
group by grp, person, date;

create table core.fct_member_day as
with day_span as (
    select
        days.grp,
        days.person,
        days.date,
        max(
            case when span.ended_at is null or span.ended_at > days.date::timestamp then span.start_date end
        ) as span_start_date,
        bool_or(span.end_date is null or span.end_date > days.date) as is_in_group,
        bool_or(span.span_number = 1 and span.start_date = days.date) as is_new
    from member_day_count as days
    inner join span
        on days.grp = span.grp
        and days.person = span.person
        and days.date >= span.start_date
        and (span.end_date is null or days.date <= span.end_date)
    group by days.grp, days.person, days.date
)
select
    group_number.group_id,
    person.member_id,
    days.date,
    coalesce(day_span.is_new, false) as is_new,
    days.joins::bigint as joins,
    days.leaves::bigint as leaves,
    coalesce(day_span.is_in_group, false) as is_in_group,
    days.date - day_span.span_start_date as days_in_group,
    days.messages::bigint as messages,
    days.valid_messages::bigint as valid_messages,
    days.characters,
    days.red_packets::bigint as red_packets,
    days.actions::bigint as actions,
    days.participations::bigint as participations,
    days.page_views::bigint as page_views,
    days.touches::bigint as touches,
    days.attributed_orders::bigint as attributed_orders,
    days.gross_sales::decimal(18, 2) as attributed_gross_sales,
    days.net_sales::decimal(18, 2) as attributed_net_sales
from member_day_count as days
inner join group_number on days.grp = group_number.grp
inner join person on days.person = person.person
left join day_span
    on days.grp = day_span.grp and days.person = day_span.person and days.date = day_span.date;
