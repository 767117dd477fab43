-- Every activity has its row; a participant is new in at most one, and every paid order that names
-- an activity stands in it.
with activities as (
    select
        count(*) as activities,
        coalesce(sum(new_participants), 0) as new_participants,
        coalesce(sum(orders), 0) as orders,
        coalesce(sum(net_sales), 0) as net_sales
    from {{ ref('mart_activity') }}
),

known as (
    select count(*) as activities
    from {{ ref('dim_activity') }}
),

participants as (
    -- distinct: a customer can take part often
    select count(distinct member_id) as participants
    from {{ ref('fct_participation') }}
),

orders as (
    select
        count(*) as orders,
        coalesce(sum(all_orders.net_sales), 0) as net_sales
    from {{ ref('fct_order') }} as all_orders
    inner join {{ ref('dim_activity') }} as known_activities
        on all_orders.activity_id = known_activities.activity_id
    where all_orders.is_paid_order
)

select
    known.activities,
    participants.participants,
    orders.orders,
    orders.net_sales
from activities
cross join known
cross join participants
cross join orders
where
    activities.activities <> known.activities
    or activities.new_participants > participants.participants
    or activities.orders <> orders.orders
    or activities.net_sales <> orders.net_sales
