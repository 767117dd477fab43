-- Since history starts, every customer who joined is a new member of one channel, every span begun
-- by an event a join of one, all spend is some channel's, and channels sell no more than the whole.
with channels as (
    select
        coalesce(sum(new_members), 0) as new_members,
        coalesce(sum(joins), 0) as joins,
        coalesce(sum(net_sales), 0) as net_sales,
        coalesce(sum(cost_amount), 0) as cost_amount
    from {{ ref('mart_channel_roi') }}
    where period_type = 'all'
),

reporting_window as (
    select * from {{ ref('dim_reporting_window') }}
),

first_spans as (
    select
        spans.member_id,
        min(spans.start_date) as start_date
    from {{ ref('fct_membership_span') }} as spans
    group by spans.member_id
),

members as (
    select count(*) as new_members
    from first_spans
    inner join reporting_window on first_spans.start_date >= reporting_window.history_start_date
),

joins as (
    select count(*) as joins
    from {{ ref('fct_membership_span') }} as spans
    inner join reporting_window on spans.start_date >= reporting_window.history_start_date
    where spans.join_source = 'event'
),

sales as (
    select coalesce(sum(orders.net_sales), 0) as net_sales
    from {{ ref('fct_order') }} as orders
    inner join reporting_window on orders.paid_date >= reporting_window.history_start_date
    where orders.is_paid_order
),

spend as (
    select coalesce(sum(spend.cost_amount), 0) as cost_amount
    from {{ ref('fct_spend') }} as spend
    inner join reporting_window on spend.spend_date >= reporting_window.history_start_date
)

select channels.*
from channels
cross join members
cross join joins
cross join sales
cross join spend
where
    channels.new_members <> members.new_members
    or channels.joins <> joins.joins
    or channels.net_sales > sales.net_sales
    or channels.cost_amount <> spend.cost_amount
