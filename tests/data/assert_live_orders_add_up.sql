-- Every paid order that names a known live session is counted with it.
with sessions as (
    select
        coalesce(sum(orders), 0) as orders,
        coalesce(sum(net_sales), 0) as net_sales
    from {{ ref('mart_live') }}
),

orders as (
    select
        count(*) as orders,
        coalesce(sum(orders.net_sales), 0) as net_sales
    from {{ ref('fct_order') }} as orders
    inner join {{ ref('dim_live_session') }} as live_sessions
        on orders.live_id = live_sessions.live_id
    where orders.is_paid_order
)

select sessions.*
from sessions
cross join orders
where
    sessions.orders <> orders.orders
    or sessions.net_sales <> orders.net_sales
