-- Orders and sales of the people add up to those of core; all segments and types are there.
with summed as (
    select
        coalesce(sum(orders_total), 0) as orders,
        coalesce(sum(net_sales_total), 0) as net_sales,
        count(rfm_segment) as segments,
        count(user_type) as user_types
    from {{ ref('mart_member_360') }}
),

bought as (
    select
        count(*) as orders,
        coalesce(sum(net_sales), 0) as net_sales
    from {{ ref('fct_order') }}
    where is_paid_order and member_id is not null
),

segmented as (
    select count(*) as segments
    from {{ ref('mart_rfm') }}
),

typed as (
    select count(*) as user_types
    from {{ ref('mart_user_type') }}
)

select summed.*
from summed
cross join bought
cross join segmented
cross join typed
where
    summed.orders <> bought.orders
    or abs(summed.net_sales - bought.net_sales) > 0.005
    or summed.segments <> segmented.segments
    or summed.user_types <> typed.user_types
