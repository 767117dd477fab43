-- R17: over the channels of a period, every model credits all orders with a buyer and, but for the
-- rounding of each channel, all their net sales; a channel without order carries its spend.
with sales as (
    select
        date_periods.period_type,
        date_periods.period_start,
        count(*) as orders,
        sum(orders.net_sales) as net_sales
    from {{ ref('fct_order') }} as orders
    inner join {{ ref('bridge_date_period') }} as date_periods
        on orders.paid_date = date_periods.date
    where
        orders.is_paid_order
        and orders.member_id is not null
        and date_periods.period_type in ('month', 'all')
    group by date_periods.period_type, date_periods.period_start
),

spend as (
    select
        date_periods.period_type,
        date_periods.period_start,
        sum(spend.cost_amount) as cost_amount
    from {{ ref('fct_spend') }} as spend
    inner join {{ ref('bridge_date_period') }} as date_periods
        on spend.spend_date = date_periods.date
    where date_periods.period_type in ('month', 'all')
    group by date_periods.period_type, date_periods.period_start
),

credits as (
    select
        period_type,
        period_start,
        model,
        count(*) as channels,
        sum(attributed_orders) as orders,
        sum(attributed_net_sales) as net_sales,
        sum(cost_amount) as cost_amount
    from {{ ref('mart_attribution') }}
    group by period_type, period_start, model
)

select
    credits.*,
    sales.orders as sold_orders,
    sales.net_sales as sold_net_sales,
    spend.cost_amount as spent_amount
from sales
full outer join spend
    on sales.period_type = spend.period_type and sales.period_start = spend.period_start
full outer join credits
    on
        coalesce(sales.period_type, spend.period_type) = credits.period_type
        and coalesce(sales.period_start, spend.period_start) = credits.period_start
where
    credits.model is null
    or abs(credits.orders - coalesce(sales.orders, 0)) > 1e-6
    or abs(credits.net_sales - coalesce(sales.net_sales, 0)) > 0.005 * credits.channels
    or credits.cost_amount <> coalesce(spend.cost_amount, 0)
