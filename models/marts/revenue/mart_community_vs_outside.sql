with periods as (
    select * from {{ ref('dim_period') }}
    where period_type in ('month', 'quarter', 'year', 'all')
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

orders as (
    select
        *,
        case when is_in_community then 'community' else 'outside' end as segment
    from {{ ref('fct_order') }}
    where is_paid_order
),

-- Orders without a buyer stay together under NULL.
buyer_days as (
    select
        segment,
        member_id,
        paid_date,
        count(*) as orders,
        sum(net_sales) as net_sales
    from orders
    group by segment, member_id, paid_date
),

buyer_periods as (
    select
        date_periods.period_type,
        date_periods.period_start,
        buyer_days.segment,
        buyer_days.member_id,
        count(*) as purchase_dates,
        sum(buyer_days.orders) as orders,
        sum(buyer_days.net_sales) as net_sales
    from buyer_days
    inner join date_periods on buyer_days.paid_date = date_periods.date
    where date_periods.period_type in ('month', 'quarter', 'year', 'all')
    group by
        date_periods.period_type,
        date_periods.period_start,
        buyer_days.segment,
        buyer_days.member_id
),

sums as (
    select
        period_type,
        period_start,
        segment,
        sum(orders) as orders,
        count(member_id) as buyers,
        sum(case when member_id is not null and purchase_dates >= 2 then 1 else 0 end)
            as repeat_buyers,
        sum(net_sales) as net_sales
    from buyer_periods
    group by period_type, period_start, segment
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
