-- One row per buyer of the window, with all orders and sales; the most recent ones score 5.
with rfm as (
    select
        count(*) as buyers,
        coalesce(sum(frequency), 0) as orders,
        coalesce(sum(monetary), 0) as net_sales
    from {{ ref('mart_rfm') }}
),

window_orders as (
    select
        -- distinct: a buyer can have several orders
        count(distinct orders.member_id) as buyers,
        count(*) as orders,
        coalesce(sum(orders.net_sales), 0) as net_sales
    from {{ ref('fct_order') }} as orders
    cross join {{ ref('dim_reporting_window') }} as reporting_window
    where
        orders.is_paid_order
        and orders.member_id is not null
        and {{ days_between('orders.paid_date', 'reporting_window.as_of_date') }}
        < {{ var('rfm_window_days') }}
)

select 'totals differ' as finding
from rfm
cross join window_orders
where
    rfm.buyers <> window_orders.buyers
    or rfm.orders <> window_orders.orders
    or rfm.net_sales <> window_orders.net_sales
union all
select 'the most recent buyer scores below 5' as finding
from {{ ref('mart_rfm') }}
where
    recency_score <> 5
    and recency_days = (select min(others.recency_days) from {{ ref('mart_rfm') }} as others)
