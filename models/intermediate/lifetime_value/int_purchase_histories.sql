with orders as (
    select * from {{ ref('int_orders') }}
    where is_paid_order and member_id is not null
),

reporting_window as (
    select * from {{ ref('int_reporting_window') }}
),

-- R11: purchases of one day are one
purchase_dates as (
    select
        member_id,
        cast(paid_at as date) as purchase_date,
        sum(net_sales) as net_sales
    from orders
    group by member_id, cast(paid_at as date)
),

numbered as (
    select
        member_id,
        purchase_date,
        net_sales,
        min(purchase_date) over (partition by member_id) as first_purchase_date
    from purchase_dates
),

final as (
    select
        numbered.member_id,
        numbered.first_purchase_date,
        max(numbered.purchase_date) as last_purchase_date,
        count(*) - 1 as frequency,
        {{ days_between('numbered.first_purchase_date', 'max(numbered.purchase_date)') }}
            as recency_days,
        {{ days_between('numbered.first_purchase_date', 'max(reporting_window.as_of_date)') }}
            as age_days,
        {{ rate(
            'sum(case when numbered.purchase_date > numbered.first_purchase_date'
            ~ ' then numbered.net_sales end)',
            'count(*) - 1',
        ) }} as monetary_value,
        sum(numbered.net_sales) as historic_value
    from numbered
    cross join reporting_window
    group by numbered.member_id, numbered.first_purchase_date
)

select * from final
