with reporting_window as (
    select * from {{ ref('dim_reporting_window') }}
),

customers as (
    select
        member_id,
        first_channel_id as channel_id,
        cast(first_joined_at as date) as joined_date,
        cast(first_paid_at as date) as first_paid_date
    from {{ ref('dim_member') }}
    where is_customer and first_channel_id is not null
),

cohorts as (
    select
        *,
        {{ add_days('cohort_date', 7) }} as day_7,
        {{ add_days('cohort_date', 30) }} as day_30
    from {{ ref('fct_cohort_member') }}
    where scope_type = 'channel' and cohort_event = 'joined'
),

presence as (
    select * from {{ ref('fct_presence') }}
    where scope_type = 'all'
),

spans as (
    select * from {{ ref('fct_membership_span') }}
    where join_source = 'event'
),

orders as (
    select * from {{ ref('fct_order') }}
    where is_paid_order
),

spend as (
    select * from {{ ref('fct_spend') }}
),

new_members as (
    select
        channel_id,
        joined_date as date,
        count(*) as new_members
    from customers
    group by channel_id, joined_date
),

eligible as (
    select
        cohorts.scope_id as channel_id,
        cohorts.cohort_date as date,
        sum(case when cohorts.day_7 <= reporting_window.as_of_date then 1 else 0 end)
            as eligible_members_7d,
        sum(case when cohorts.day_30 <= reporting_window.as_of_date then 1 else 0 end)
            as eligible_members_30d
    from cohorts
    cross join reporting_window
    group by cohorts.scope_id, cohorts.cohort_date
),

-- In some group at the end of the 7th and of the 30th day, each in one stretch at most; an opening
-- span is in no cohort (R16).
stretches as (
    select
        cohorts.scope_id as channel_id,
        cohorts.cohort_date as date,
        case
            when
                cohorts.day_7 <= reporting_window.as_of_date
                and {{ is_there_at_end_of('presence', 'cohorts.day_7') | indent(16) }}
                then 1
            else 0
        end as is_there_7d,
        case
            when
                cohorts.day_30 <= reporting_window.as_of_date
                and {{ is_there_at_end_of('presence', 'cohorts.day_30') | indent(16) }}
                then 1
            else 0
        end as is_there_30d
    from cohorts
    cross join reporting_window
    inner join presence on cohorts.member_id = presence.member_id
),

retained as (
    select
        channel_id,
        date,
        sum(is_there_7d) as retained_members_7d,
        sum(is_there_30d) as retained_members_30d
    from stretches
    group by channel_id, date
),

-- A customer is converted when both the first span and the first payment have come.
conversions as (
    select
        channel_id,
        case when first_paid_date > joined_date then first_paid_date else joined_date end as date,
        count(*) as converted_members
    from customers
    where first_paid_date is not null
    group by
        channel_id,
        case when first_paid_date > joined_date then first_paid_date else joined_date end
),

joins as (
    select
        coalesce(channel_id, 'unknown') as channel_id,
        start_date as date,
        count(*) as joins
    from spans
    group by coalesce(channel_id, 'unknown'), start_date
),

sales as (
    select
        customers.channel_id,
        orders.paid_date as date,
        count(*) as orders,
        sum(case when orders.is_first_paid_order then 1 else 0 end) as first_time_buyers,
        sum(orders.net_sales) as net_sales,
        sum(case when orders.cost_of_goods is not null then orders.net_sales end)
            as costed_net_sales,
        sum(orders.cost_of_goods) as cost_of_goods
    from orders
    inner join customers on orders.member_id = customers.member_id
    group by customers.channel_id, orders.paid_date
),

channel_spend as (
    select
        channel_id,
        spend_date as date,
        count(*) as spend_rows,
        sum(impressions) as impressions,
        sum(clicks) as clicks,
        sum(invited) as invited,
        sum(cost_amount) as cost_amount,
        sum(case when cost_kind = 'ad' then cost_amount end) as ad_cost_amount
    from spend
    group by channel_id, spend_date
),

-- union: a day with several kinds of facts is one day
channel_days as (
    select
        channel_id,
        date
    from new_members
    union
    select
        channel_id,
        date
    from conversions
    union
    select
        channel_id,
        date
    from joins
    union
    select
        channel_id,
        date
    from sales
    union
    select
        channel_id,
        date
    from channel_spend
),

final as (
    select
        channel_days.channel_id,
        channel_days.date,
        cast(coalesce(channel_spend.spend_rows, 0) as bigint) as spend_rows,
        cast(coalesce(channel_spend.impressions, 0) as bigint) as impressions,
        cast(coalesce(channel_spend.clicks, 0) as bigint) as clicks,
        cast(coalesce(channel_spend.invited, 0) as bigint) as invited,
        cast(coalesce(new_members.new_members, 0) as bigint) as new_members,
        cast(coalesce(eligible.eligible_members_7d, 0) as bigint) as eligible_members_7d,
        cast(coalesce(retained.retained_members_7d, 0) as bigint) as retained_members_7d,
        cast(coalesce(eligible.eligible_members_30d, 0) as bigint) as eligible_members_30d,
        cast(coalesce(retained.retained_members_30d, 0) as bigint) as retained_members_30d,
        cast(coalesce(conversions.converted_members, 0) as bigint) as converted_members,
        cast(coalesce(joins.joins, 0) as bigint) as joins,
        cast(coalesce(sales.first_time_buyers, 0) as bigint) as first_time_buyers,
        cast(coalesce(sales.orders, 0) as bigint) as orders,
        {{ money('coalesce(sales.net_sales, 0)') }} as net_sales,
        {{ money('sales.costed_net_sales') }} as costed_net_sales,
        cast(sales.cost_of_goods as decimal(38, 9)) as cost_of_goods,
        {{ money('coalesce(channel_spend.cost_amount, 0)') }} as cost_amount,
        {{ money('coalesce(channel_spend.ad_cost_amount, 0)') }} as ad_cost_amount
    from channel_days
    left join new_members
        on channel_days.channel_id = new_members.channel_id and channel_days.date = new_members.date
    left join eligible
        on channel_days.channel_id = eligible.channel_id and channel_days.date = eligible.date
    left join retained
        on channel_days.channel_id = retained.channel_id and channel_days.date = retained.date
    left join conversions
        on channel_days.channel_id = conversions.channel_id and channel_days.date = conversions.date
    left join joins
        on channel_days.channel_id = joins.channel_id and channel_days.date = joins.date
    left join sales
        on channel_days.channel_id = sales.channel_id and channel_days.date = sales.date
    left join channel_spend
        on
            channel_days.channel_id = channel_spend.channel_id
            and channel_days.date = channel_spend.date
)

select * from final
