with live_sessions as (
    select * from {{ ref('dim_live_session') }}
),

orders as (
    select * from {{ ref('fct_order') }}
    where is_paid_order and live_id is not null
),

spans as (
    select * from {{ ref('fct_membership_span') }}
),

sales as (
    select
        live_id,
        count(*) as orders,
        sum(net_sales) as net_sales,
        -- distinct: a buyer can have several orders
        count(distinct member_id) as buyers,
        count(distinct case when is_in_community then member_id end) as community_buyers
    from orders
    group by live_id
),

join_windows as (
    select
        live_id,
        started_at as opens_at,
        {{ add_hours(
            "coalesce(ended_at, cast(" ~ add_days('cast(started_at as date)', 1) ~ " as timestamp))",
            24
        ) }} as closes_at
    from live_sessions
),

span_dates as (
    select start_date
    from spans
    group by start_date
),

-- The days of a window first, so that spans are found by equal dates.
window_days as (
    select
        join_windows.live_id,
        join_windows.opens_at,
        join_windows.closes_at,
        span_dates.start_date
    from join_windows
    inner join span_dates
        on
            span_dates.start_date
            between cast(join_windows.opens_at as date) and cast(join_windows.closes_at as date)
),

joins as (
    select
        window_days.live_id,
        count(*) as joins_24h
    from window_days
    inner join spans on window_days.start_date = spans.start_date
    where spans.started_at between window_days.opens_at and window_days.closes_at
    group by window_days.live_id
),

final as (
    select
        live_sessions.live_id,
        live_sessions.live_name,
        live_sessions.started_at,
        live_sessions.viewers,
        live_sessions.comments,
        live_sessions.gmv_amount,
        cast(coalesce(sales.orders, 0) as bigint) as orders,
        {{ money('coalesce(sales.net_sales, 0)') }} as net_sales,
        cast(coalesce(sales.buyers, 0) as bigint) as buyers,
        {{ rate('sales.community_buyers', 'sales.buyers') }} as community_buyer_share,
        cast(coalesce(joins.joins_24h, 0) as bigint) as joins_24h,
        {{ rate('coalesce(sales.buyers, 0)', 'live_sessions.viewers') }} as conversion_rate
    from live_sessions
    left join sales on live_sessions.live_id = sales.live_id
    left join joins on live_sessions.live_id = joins.live_id
)

select * from final
