-- R9: each order of the community is given to exactly one group, so member-days add up to the orders.
with orders as (
    select
        count(*) as orders,
        coalesce(sum(net_sales), 0) as net_sales
    from {{ ref('fct_order') }}
    cross join {{ ref('dim_reporting_window') }}
    where is_in_community and paid_date >= history_start_date
),

member_days as (
    select
        coalesce(sum(attributed_orders), 0) as orders,
        coalesce(sum(attributed_net_sales), 0) as net_sales
    from {{ ref('fct_member_day') }}
)

select
    orders.orders,
    member_days.orders as member_day_orders,
    orders.net_sales,
    member_days.net_sales as member_day_net_sales
from orders
cross join member_days
where
    orders.orders <> member_days.orders
    or orders.net_sales <> member_days.net_sales
