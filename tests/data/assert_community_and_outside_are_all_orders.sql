-- R9: an order is in the community or outside, and every period counts all paid orders of its time.
with compared as (
    select
        segments.period_type,
        segments.period_start,
        sum(segments.orders) as orders,
        sum(segments.net_sales) as net_sales
    from {{ ref('mart_community_vs_outside') }} as segments
    group by segments.period_type, segments.period_start
),

paid as (
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
        and date_periods.period_type in ('month', 'quarter', 'year', 'all')
    group by date_periods.period_type, date_periods.period_start
)

select
    coalesce(paid.period_type, compared.period_type) as period_type,
    coalesce(paid.period_start, compared.period_start) as period_start
from paid
full outer join compared
    on
        paid.period_type = compared.period_type
        and paid.period_start = compared.period_start
where
    paid.orders is distinct from compared.orders
    or paid.net_sales is distinct from compared.net_sales
