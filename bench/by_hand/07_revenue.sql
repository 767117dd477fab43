-- What is bought, by whom, and how they came.

create table marts.mart_rfm as
with
buyers as (
    select
        person,
        getvariable('as_of') - max(paid_date) as recency,
        count(*) as frequency,
        sum(net_sales) as monetary
    from sale
    where person is not null and paid_date > getvariable('as_of') - 365
    group by person
),
cuts as (
    select
        list_transform(quantile_cont(recency::double, [0.2, 0.4, 0.6, 0.8]), lambda cut: round(cut, 6)) as recency,
        list_transform(quantile_cont(frequency::double, [0.2, 0.4, 0.6, 0.8]), lambda cut: round(cut, 6)) as frequency,
        list_transform(quantile_cont(monetary::double, [0.2, 0.4, 0.6, 0.8]), lambda cut: round(cut, 6)) as monetary,
        round(sum(recency)::double / count(*), 6) as mean_recency,
        round(sum(frequency)::double / count(*), 6) as mean_frequency,
        round(sum(monetary)::double / count(*), 6) as mean_monetary
    from buyers
),
scored as (
    select
        buyers.*,
        5 - (
            (buyers.recency > cuts.recency[1])::integer + (buyers.recency > cuts.recency[2])::integer
            + (buyers.recency > cuts.recency[3])::integer + (buyers.recency > cuts.recency[4])::integer
        ) as r,
        1 + (buyers.frequency > cuts.frequency[1])::integer + (buyers.frequency > cuts.frequency[2])::integer
        + (buyers.frequency > cuts.frequency[3])::integer + (buyers.frequency > cuts.frequency[4])::integer as f,
        1 + (buyers.monetary::double > cuts.monetary[1])::integer
        + (buyers.monetary::double > cuts.monetary[2])::integer
        + (buyers.monetary::double > cuts.monetary[3])::integer
        + (buyers.monetary::double > cuts.monetary[4])::integer as m,
        buyers.recency <= cuts.mean_recency as is_recency_high,
        buyers.frequency > cuts.mean_frequency as is_frequency_high,
        buyers.monetary::double > cuts.mean_monetary as is_monetary_high
    from buyers
    cross join cuts
),
present as (
    select distinct person
    from presence
    where scope = getvariable('scope_all') and (left_date is null or left_date > getvariable('as_of'))
)
select
    person.member_id,
    scored.recency as recency_days,
    scored.frequency,
    round(scored.monetary, 2)::decimal(18, 2) as monetary,
    scored.r as recency_score,
    scored.f as frequency_score,
    scored.m as monetary_score,
    100 * scored.r + 10 * scored.f + scored.m as rfm_score,
    segments.segment,
    segments.segment_zh,
    segments_11.segment_11,
    segments_11.segment_11_zh,
    case
        when scored.f >= 4 and scored.m >= 4 then 'high_value_loyal'
        when scored.f >= 4 then 'loyal'
        else 'ordinary'
    end as value_tier,
    present.person is not null as is_in_community
from scored
inner join person on scored.person = person.person
inner join landed.seeds.rfm_segments as segments
    on scored.is_recency_high = segments.is_recency_high
    and scored.is_frequency_high = segments.is_frequency_high
    and scored.is_monetary_high = segments.is_monetary_high
inner join landed.seeds.rfm_segments_11 as segments_11
    on scored.r = segments_11.recency_score and scored.f = segments_11.frequency_score
left join present on scored.person = present.person;

create table marts.mart_user_type as
with
purchases as (
    select
        person,
        count(*) as orders,
        count(distinct paid_date) as purchase_dates,
        count(*) filter (
            where goods_amount > 0
            and discount_amount
            >= goods_amount * (select max(deep_discount_rate) from landed.seeds.user_type_rules)
        ) as deep_discount_orders
    from sale
    where person is not null and paid_date > getvariable('as_of') - 365
    group by person
),
recent as (
    select person, sum(messages) as messages
    from scope_person_day
    where scope = getvariable('scope_all') and date > getvariable('as_of') - 90
    group by person
),
measured as (
    select
        first_span.person,
        coalesce(purchases.orders, 0) as orders,
        coalesce(purchases.purchase_dates, 0) as purchase_dates,
        coalesce(purchases.deep_discount_orders, 0) as deep_discount_orders,
        coalesce(recent.messages, 0) as messages,
        rank() over (order by coalesce(recent.messages, 0) desc) as message_rank,
        count(*) over () as members
    from first_span
    left join purchases on first_span.person = purchases.person
    left join recent on first_span.person = recent.person
),
rules as (
    from landed.seeds.user_type_rules
),
fitting as (
    select
        measured.*,
        (
            select min(rules.sort_order)
            from rules
            where
                measured.orders >= rules.min_orders
                and measured.purchase_dates >= rules.min_purchase_dates
                and measured.deep_discount_orders >= measured.orders * rules.min_deep_discount_share
        ) as type_order,
        (
            select min(roles.sort_order)
            from landed.seeds.message_roles as roles
            where
                measured.messages >= roles.min_messages
                and measured.message_rank <= ceil(measured.members * roles.top_share)
        ) as role_order
    from measured
)
select
    person.member_id,
    rules.user_type,
    rules.user_type_zh,
    rules.reason,
    rules.label_zh as reason_zh,
    roles.message_role,
    roles.label_zh as message_role_zh,
    fitting.orders,
    fitting.purchase_dates,
    fitting.deep_discount_orders,
    fitting.messages::bigint as recent_messages
from fitting
inner join person on fitting.person = person.person
left join rules on fitting.type_order = rules.sort_order
left join landed.seeds.message_roles as roles on fitting.role_order = roles.sort_order;

-- Predictions come from Python, as in the project.
create table marts.mart_clv as
with
days as (
    select
        person,
        paid_date,
        sum(net_sales) as net_sales,
        min(paid_date) over (partition by person) as first_date
    from sale
    where person is not null
    group by person, paid_date
),
histories as (
    select
        person,
        count(*) - 1 as frequency,
        max(paid_date) - first_date as recency_days,
        getvariable('as_of') - first_date as age_days,
        sum(net_sales) filter (where paid_date > first_date)::double / nullif(count(*) - 1, 0) as monetary_value,
        sum(net_sales) as historic_value
    from days
    group by person, first_date
),
note as (
    select coalesce(
        max(status) filter (where model = 'bg_nbd' and status <> 'converged'),
        max(status) filter (where model = 'gamma_gamma' and status <> 'converged')
    ) as prediction_note
    from landed.intermediate.int_lifetime_value_fits
)
select
    person.member_id,
    histories.frequency,
    histories.recency_days,
    histories.age_days,
    round(histories.monetary_value, 2)::decimal(18, 2) as monetary_value,
    histories.historic_value::decimal(18, 2) as historic_value,
    predictions.probability_alive,
    predictions.expected_purchases_90d,
    round(predictions.expected_value_90d, 2)::decimal(18, 2) as expected_value_90d,
    note.prediction_note,
    notes.label_zh as prediction_note_zh
from histories
inner join person on histories.person = person.person
inner join landed.intermediate.int_customer_predictions as predictions on person.member_id = predictions.member_id
cross join note
left join landed.seeds.clv_notes as notes on note.prediction_note = notes.prediction_note;

create temp table item as
select
    sale.sale,
    sale.person,
    sale.paid_date,
    sale.is_first,
    item_row.product_id,
    item_row.quantity,
    item_row.line_amount,
    item_row.unit_cost
from item_row
inner join sale on item_row.order_id = sale.order_id;

create table marts.mart_product as
with
order_products as (
    select
        sale,
        product_id,
        person,
        paid_date,
        bool_or(is_first) as is_first,
        sum(quantity) as units,
        sum(line_amount) as line_sales,
        sum(line_amount) filter (where quantity * unit_cost is not null) as costed_sales,
        sum(quantity * unit_cost) filter (where line_amount is not null) as cost_of_goods
    from item
    group by sale, product_id, person, paid_date
),
-- from days to months, from months to all
buyer_months as (
    select
        date_trunc('month', paid_date)::date as month,
        product_id,
        person,
        count(*) as orders,
        sum(units) as units,
        sum(line_sales) as line_sales,
        sum(costed_sales) as costed_sales,
        sum(cost_of_goods) as cost_of_goods
    from order_products
    group by all
),
buyers as (
    select 'month' as period_type, * from buyer_months
    union all
    select
        'all', getvariable('first_day'), product_id, person, sum(orders), sum(units), sum(line_sales),
        sum(costed_sales), sum(cost_of_goods)
    from buyer_months
    group by product_id, person
),
new_buyers as (
    select distinct product_id, person from order_products where is_first
),
sums as (
    select
        buyers.period_type,
        buyers.month as period_start,
        buyers.product_id,
        sum(buyers.units) as units,
        sum(buyers.orders) as orders,
        count(buyers.person) as buyers,
        count(new_buyers.person) as new_buyers,
        sum(buyers.line_sales) as line_sales,
        sum(buyers.costed_sales) as costed_sales,
        sum(buyers.costed_sales) - sum(buyers.cost_of_goods) as gross_profit
    from buyers
    left join new_buyers on buyers.product_id = new_buyers.product_id and buyers.person = new_buyers.person
    group by all
),
margins as (
    select
        *,
        round(gross_profit::double / nullif(costed_sales::double, 0), 9) as margin
    from sums
),
medians as (
    select
        period_type,
        period_start,
        quantile_cont(units::double, 0.5) as units,
        round(quantile_cont(margin, 0.5), 9) as margin
    from margins
    group by all
)
select
    margins.period_type,
    margins.period_start,
    period.period_end,
    period.is_partial,
    margins.product_id,
    product.product_name,
    product.category,
    product.product_role,
    margins.units::bigint as units,
    margins.orders::bigint as orders,
    margins.buyers,
    margins.new_buyers::double / nullif(margins.buyers, 0) as new_buyer_share,
    round(margins.line_sales, 2)::decimal(18, 2) as line_sales,
    round(margins.gross_profit, 2)::decimal(18, 2) as gross_profit,
    margins.gross_profit::double / nullif(margins.costed_sales::double, 0) as gross_margin_rate,
    case
        when margins.margin is null then null
        when margins.units >= medians.units and margins.margin >= medians.margin then 'star'
        when margins.units >= medians.units then 'cash'
        when margins.margin >= medians.margin then 'question'
        else 'weak'
    end as quadrant
from margins
inner join medians on margins.period_type = medians.period_type and margins.period_start = medians.period_start
inner join period on margins.period_type = period.period_type and margins.period_start = period.period_start
left join product on margins.product_id = product.product_id;

create table marts.mart_product_affinity as
with
baskets as (
    select distinct sale, product_id
    from item
    where paid_date > getvariable('as_of') - 180
),
counts as (
    select product_id, count(*) as orders from baskets group by product_id
),
pairs as (
    select one.product_id as product_a, other.product_id as product_b, count(*) as orders
    from baskets as one
    inner join baskets as other on one.sale = other.sale and one.product_id < other.product_id
    group by all
    having count(*) >= 2
),
total as (
    select count(distinct sale) as orders from baskets
)
select
    pairs.product_a,
    pairs.product_b,
    pairs.orders as orders_with_both,
    pairs.orders::double / nullif(total.orders, 0) as support,
    pairs.orders::double / nullif(a.orders, 0) as confidence_a_to_b,
    pairs.orders::double / nullif(b.orders, 0) as confidence_b_to_a,
    (pairs.orders * total.orders)::double / nullif(a.orders * b.orders, 0) as lift
from pairs
cross join total
inner join counts as a on pairs.product_a = a.product_id
inner join counts as b on pairs.product_b = b.product_id;

create table marts.mart_repurchase_due as
with
days as (
    select distinct item.person, item.product_id, item.paid_date
    from item
    inner join product on item.product_id = product.product_id
    where item.person is not null and product.repurchase_cycle_days between 0 and 36500
),
habits as (
    select
        person,
        product_id,
        count(*) as purchase_dates,
        max(paid_date) as last_purchase_date,
        quantile_cont(gap::double, 0.5) as median_gap
    from (
        select *, paid_date - lag(paid_date) over (partition by person, product_id order by paid_date) as gap
        from days
    )
    group by person, product_id
),
cycles as (
    select
        habits.*,
        product.product_name,
        case
            when habits.purchase_dates >= 3 then floor(habits.median_gap + 0.5)::bigint
            else product.repurchase_cycle_days
        end as cycle_days
    from habits
    inner join product on habits.product_id = product.product_id
)
select
    person.member_id,
    cycles.product_id,
    cycles.product_name,
    cycles.purchase_dates,
    cycles.last_purchase_date,
    cycles.cycle_days,
    cycles.last_purchase_date + cycles.cycle_days::integer as due_date,
    cycles.last_purchase_date - getvariable('as_of') + cycles.cycle_days as days_until_due,
    days_until_due > -cycles.cycle_days and days_until_due <= 7 as is_due
from cycles
inner join person on cycles.person = person.person;

create table marts.mart_community_vs_outside as
with
months as (
    select
        attributed_grp is not null as is_inside,
        date_trunc('month', paid_date)::date as month,
        person,
        count(distinct paid_date) as purchase_dates,
        count(*) as orders,
        sum(net_sales) as net_sales
    from sale
    group by all
),
buyers as (
    select 'month' as period_type, is_inside, month as period_start, person, purchase_dates, orders, net_sales
    from months
    union all
    select
        'quarter', is_inside, date_trunc('quarter', month)::date, person, sum(purchase_dates), sum(orders),
        sum(net_sales)
    from months
    group by all
    union all
    select
        'year', is_inside, date_trunc('year', month)::date, person, sum(purchase_dates), sum(orders),
        sum(net_sales)
    from months
    group by all
    union all
    select
        'all', is_inside, getvariable('first_day'), person, sum(purchase_dates), sum(orders), sum(net_sales)
    from months
    group by all
),
sums as (
    select
        period_type,
        period_start,
        is_inside,
        sum(orders)::bigint as orders,
        count(person) as buyers,
        count(person) filter (where purchase_dates >= 2) as repeat_buyers,
        sum(net_sales) as net_sales
    from buyers
    group by all
)
select
    sums.period_type,
    sums.period_start,
    period.period_end,
    period.is_partial,
    case when sums.is_inside then 'community' else 'outside' end as segment,
    sums.orders,
    sums.buyers,
    sums.net_sales::decimal(18, 2) as net_sales,
    sums.net_sales::double / nullif(sums.orders, 0) as average_order_value,
    sums.net_sales::double / nullif(sums.buyers, 0) as sales_per_buyer,
    sums.repeat_buyers::double / nullif(sums.buyers, 0) as repurchase_rate
from sums
inner join period on sums.period_type = period.period_type and sums.period_start = period.period_start;

create table marts.mart_live as
with
sales as (
    select
        live_id,
        count(*) as orders,
        sum(net_sales) as net_sales,
        count(distinct person) as buyers,
        count(distinct person) filter (where attributed_grp is not null) as community_buyers
    from sale
    where live_id is not null
    group by live_id
),
sessions as (
    select
        *,
        coalesce(ended_at, (started_at::date + 1)::timestamp) + interval 24 hours as closes_at
    from live_session
    where started_at < getvariable('counted_before')
),
joins as (
    select sessions.live_id, count(*) as joins
    from sessions
    inner join date_row on date_row.date between sessions.started_at::date and sessions.closes_at::date
    inner join span on date_row.date = span.start_date
    where span.started_at between sessions.started_at and sessions.closes_at
    group by sessions.live_id
)
select
    sessions.live_id,
    sessions.live_name,
    sessions.started_at,
    sessions.viewers,
    sessions.comments,
    sessions.gmv_amount,
    coalesce(sales.orders, 0) as orders,
    coalesce(sales.net_sales, 0)::decimal(18, 2) as net_sales,
    coalesce(sales.buyers, 0) as buyers,
    sales.community_buyers::double / nullif(sales.buyers, 0) as community_buyer_share,
    coalesce(joins.joins, 0) as joins_24h,
    coalesce(sales.buyers, 0)::double / nullif(sessions.viewers, 0) as conversion_rate
from sessions
left join sales on sessions.live_id = sales.live_id
left join joins on sessions.live_id = joins.live_id;
