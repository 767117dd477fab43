with buyers as (
    select * from {{ ref('int_buyers') }}
),

reporting_window as (
    select * from {{ ref('int_reporting_window') }}
),

final as (
    select
        buyers.member_id,
        buyers.first_paid_date as first_purchase_date,
        buyers.last_paid_date as last_purchase_date,
        buyers.purchase_dates - 1 as frequency,
        {{ days_between('buyers.first_paid_date', 'buyers.last_paid_date') }} as recency_days,
        {{ days_between('buyers.first_paid_date', 'reporting_window.as_of_date') }} as age_days,
        buyers.repeat_sales_average as monetary_value,
        buyers.net_sales as historic_value
    from buyers
    cross join reporting_window
)

select * from final
