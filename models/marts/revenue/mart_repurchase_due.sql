with reporting_window as (
    select * from {{ ref('dim_reporting_window') }}
),

-- What is below 0 or above a hundred years is no cycle, and may lead to no date that there is.
products as (
    select * from {{ ref('dim_product') }}
    where repurchase_cycle_days between 0 and 36500
),

-- Purchases of one buyer on one day count as one (R11).
purchase_days as (
    select * from {{ ref('int_product_buyer_days') }}
    where buyer_id <> ''
),

habits as (
    select
        purchase_days.buyer_id as member_id,
        purchase_days.product_id,
        count(*) as purchase_dates,
        max(purchase_days.paid_date) as last_purchase_date,
        {{ quantile(
            days_between('purchase_days.previous_paid_date', 'purchase_days.paid_date'), 0.5
        ) }} as median_gap_days
    from purchase_days
    inner join products on purchase_days.product_id = products.product_id
    group by purchase_days.buyer_id, purchase_days.product_id
),

with_cycles as (
    select
        habits.member_id,
        habits.product_id,
        products.product_name,
        habits.purchase_dates,
        habits.last_purchase_date,
        cast(
            case
                when habits.purchase_dates >= 3 then floor(habits.median_gap_days + 0.5)
                else products.repurchase_cycle_days
            end as bigint
        ) as cycle_days
    from habits
    inner join products on habits.product_id = products.product_id
),

with_due_dates as (
    select
        with_cycles.*,
        {{ add_days('with_cycles.last_purchase_date', 'with_cycles.cycle_days') }} as due_date,
        {{ days_between('reporting_window.as_of_date', 'with_cycles.last_purchase_date') }}
        + with_cycles.cycle_days as days_until_due
    from with_cycles
    cross join reporting_window
),

final as (
    select
        member_id,
        product_id,
        product_name,
        cast(purchase_dates as bigint) as purchase_dates,
        last_purchase_date,
        cycle_days,
        due_date,
        cast(days_until_due as bigint) as days_until_due,
        days_until_due > -cycle_days
        and days_until_due <= {{ var('repurchase_due_days') }} as is_due
    from with_due_dates
)

select * from final
