{%- set slice = slice_by(['member_id'], touched_by=[
    changed('int_orders'),
]) -%}
with orders as (
    select * from {{ sliced(slice, 'int_orders') }}
    where is_paid_order and member_id is not null
),

-- R11: purchases of one day are one
purchase_days as (
    select
        member_id,
        paid_date,
        count(*) as orders,
        sum(net_sales) as net_sales
    from orders
    group by member_id, paid_date
),

in_order as (
    select
        *,
        lag(paid_date) over (partition by member_id order by paid_date) as previous_date
    from purchase_days
),

final as (
    select
        member_id,
        min(paid_date) as first_paid_date,
        max(paid_date) as last_paid_date,
        count(*) as purchase_dates,
        {{ quantile(days_between('previous_date', 'paid_date'), 0.5) }} as purchase_gap_days,
        cast(sum(orders) as bigint) as orders,
        {{ money('sum(net_sales)') }} as net_sales,
        {{ rate(
            'sum(case when previous_date is not null then net_sales end)', 'count(*) - 1'
        ) }} as repeat_sales_average
    from in_order
    group by member_id
)

select * from final
