-- R9: each order of the community is given to exactly one group, so member-days add up to orders.
with orders as (
    select
        count(*) as orders,
        coalesce(sum(all_orders.net_sales), 0) as net_sales
    from {{ ref('fct_order') }} as all_orders
    cross join {{ ref('dim_reporting_window') }} as reporting_window
    where
        all_orders.is_in_community
        and all_orders.paid_date >= reporting_window.history_start_date
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
