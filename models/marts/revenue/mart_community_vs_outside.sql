with periods as (
    select * from {{ ref('dim_period') }}
    where period_type in ('month', 'quarter', 'year', 'all')
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
    where period_type in ('month', 'quarter', 'year', 'all')
),

buyer_days as (
    select * from {{ ref('int_segment_buyer_days') }}
),

-- A buyer counts on the first of the days in a period, and comes back on the second.
sums as (
    select
        date_periods.period_type,
        date_periods.period_start,
        case when buyer_days.is_in_community then 'community' else 'outside' end as segment,
        sum(buyer_days.orders) as orders,
        count(case
            when
                buyer_days.buyer_id <> ''
                and coalesce(buyer_days.previous_paid_date < date_periods.period_start, true)
                then 1
        end) as buyers,
        count(case
            when
                buyer_days.buyer_id <> ''
                and buyer_days.previous_paid_date >= date_periods.period_start
                and coalesce(buyer_days.second_last_paid_date < date_periods.period_start, true)
                then 1
        end) as repeat_buyers,
        sum(buyer_days.net_sales) as net_sales
    from buyer_days
    inner join date_periods on buyer_days.paid_date = date_periods.date
    group by
        date_periods.period_type, date_periods.period_start, buyer_days.is_in_community
),

final as (
    select
        sums.period_type,
        sums.period_start,
        periods.period_end,
        periods.is_partial,
        sums.segment,
        cast(sums.orders as bigint) as orders,
        sums.buyers,
        {{ money('sums.net_sales') }} as net_sales,
        {{ rate('sums.net_sales', 'sums.orders') }} as average_order_value,
        {{ rate('sums.net_sales', 'sums.buyers') }} as sales_per_buyer,
        {{ rate('sums.repeat_buyers', 'sums.buyers') }} as repurchase_rate
    from sums
    inner join periods
        on
            sums.period_type = periods.period_type
            and sums.period_start = periods.period_start
)

select * from final
