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

-- In some group at the end of the 7th and of the 30th day after the day of the first span.
customer_stays as (
    select
        customers.channel_id,
        customers.member_id,
        customers.joined_date as date,
        {% for days in [7, 30] -%}
        {{ add_days('customers.joined_date', days) }} <= reporting_window.as_of_date
            as is_eligible_{{ days }}d,
        max(
            case
                when
                    presence.entered_date <= {{ add_days('customers.joined_date', days) }}
                    and (
                        presence.left_date is null
                        or presence.left_date > {{ add_days('customers.joined_date', days) }}
                    )
                    then 1
                else 0
            end
        ) as stays_{{ days }}d{{ '' if loop.last else ',' }}
        {% endfor %}
    from customers
    cross join reporting_window
    left join presence on customers.member_id = presence.member_id
    group by
        customers.channel_id, customers.member_id, customers.joined_date, reporting_window.as_of_date
),

new_members as (
    select
        channel_id,
        date,
        count(*) as new_members,
        {% for days in [7, 30] -%}
        sum(case when is_eligible_{{ days }}d then 1 else 0 end) as eligible_members_{{ days }}d,
        sum(case when is_eligible_{{ days }}d then stays_{{ days }}d else 0 end)
            as retained_members_{{ days }}d{{ '' if loop.last else ',' }}
        {% endfor %}
    from customer_stays
    group by channel_id, date
),

-- A customer is converted on the day by which both the first span and the first payment have come.
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
        sum(case when orders.cost_of_goods is not null then orders.net_sales end) as costed_net_sales,
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
    {% for facts in ['new_members', 'conversions', 'joins', 'sales', 'channel_spend'] -%}
    select channel_id, date from {{ facts }}
    {{ '' if loop.last else 'union' }}
    {% endfor %}
),

final as (
    select
        channel_days.channel_id,
        channel_days.date,
        {% for source, column in [
            ('channel_spend', 'spend_rows'),
            ('channel_spend', 'impressions'),
            ('channel_spend', 'clicks'),
            ('channel_spend', 'invited'),
            ('new_members', 'new_members'),
            ('new_members', 'eligible_members_7d'),
            ('new_members', 'retained_members_7d'),
            ('new_members', 'eligible_members_30d'),
            ('new_members', 'retained_members_30d'),
            ('conversions', 'converted_members'),
            ('joins', 'joins'),
            ('sales', 'first_time_buyers'),
            ('sales', 'orders'),
        ] -%}
        cast(coalesce({{ source }}.{{ column }}, 0) as bigint) as {{ column }},
        {% endfor -%}
        {{ money('coalesce(sales.net_sales, 0)') }} as net_sales,
        {{ money('sales.costed_net_sales') }} as costed_net_sales,
        cast(sales.cost_of_goods as decimal(38, 10)) as cost_of_goods,
        {{ money('coalesce(channel_spend.cost_amount, 0)') }} as cost_amount,
        {{ money('coalesce(channel_spend.ad_cost_amount, 0)') }} as ad_cost_amount
    from channel_days
    {% for source in ['new_members', 'conversions', 'joins', 'sales', 'channel_spend'] -%}
    left join {{ source }}
        on channel_days.channel_id = {{ source }}.channel_id and channel_days.date = {{ source }}.date
    {% endfor %}
)

select * from final
