-- Everybody who ever was in a group has one type, from all the orders of the window.
with spans as (
    -- distinct: a customer can have several spans
    select distinct member_id
    from {{ ref('fct_membership_span') }}
),

window_orders as (
    select
        orders.member_id,
        count(*) as orders
    from {{ ref('fct_order') }} as orders
    cross join {{ ref('dim_reporting_window') }} as reporting_window
    where
        orders.is_paid_order
        and {{ days_between('orders.paid_date', 'reporting_window.as_of_date') }}
        < {{ var('rfm_window_days') }}
    group by orders.member_id
)

select
    coalesce(spans.member_id, user_types.member_id) as member_id,
    window_orders.orders,
    user_types.orders as counted_orders
from spans
full outer join {{ ref('mart_user_type') }} as user_types
    on spans.member_id = user_types.member_id
left join window_orders on spans.member_id = window_orders.member_id
where
    spans.member_id is null
    or user_types.member_id is null
    or coalesce(window_orders.orders, 0) <> user_types.orders
