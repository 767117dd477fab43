with activities as (
    select * from {{ ref('dim_activity') }}
),

activity_times as (
    select * from {{ ref('fct_activity') }}
),

participations as (
    select * from {{ ref('fct_participation') }}
),

orders as (
    select * from {{ ref('fct_order') }}
    where is_paid_order and activity_id is not null
),

participants as (
    select
        activity_id,
        member_id,
        min(participated_at) as first_participated_at
    from participations
    group by activity_id, member_id
),

participants_in_order as (
    select
        *,
        row_number() over (
            partition by member_id
            order by first_participated_at, activity_id
        ) as activity_number
    from participants
),

participation_sums as (
    select
        activity_id,
        count(*) as participants,
        sum(case when activity_number = 1 then 1 else 0 end) as new_participants
    from participants_in_order
    group by activity_id
),

sales as (
    select
        activity_id,
        count(*) as orders,
        -- distinct: a buyer can have several orders of an activity
        count(distinct member_id) as buyers,
        sum(net_sales) as net_sales,
        sum(case when cost_of_goods is not null then net_sales end) - sum(cost_of_goods)
            as gross_profit
    from orders
    group by activity_id
),

final as (
    select
        activities.activity_id,
        activities.activity_name,
        activities.activity_type,
        activities.group_id,
        activities.started_at,
        activities.ended_at,
        activity_times.target_members,
        cast(coalesce(participation_sums.participants, 0) as bigint) as participants,
        {{ rate(
            'coalesce(participation_sums.participants, 0)', 'activity_times.target_members'
        ) }} as participation_rate,
        cast(coalesce(participation_sums.new_participants, 0) as bigint) as new_participants,
        activity_times.messages_during,
        activity_times.messages_before,
        activity_times.joins_during,
        cast(coalesce(sales.orders, 0) as bigint) as orders,
        cast(coalesce(sales.buyers, 0) as bigint) as buyers,
        {{ money('coalesce(sales.net_sales, 0)') }} as net_sales,
        {{ money('sales.gross_profit') }} as gross_profit,
        activities.cost_amount,
        {{ rate('sales.gross_profit - activities.cost_amount', 'activities.cost_amount') }}
            as return_on_investment
    from activities
    left join activity_times on activities.activity_id = activity_times.activity_id
    left join participation_sums on activities.activity_id = participation_sums.activity_id
    left join sales on activities.activity_id = sales.activity_id
)

select * from final
