with periods as (
    select * from {{ ref('dim_period') }}
    where period_type in ('month', 'all')
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
    where period_type in ('month', 'all')
),

products as (
    select * from {{ ref('dim_product') }}
),

buyer_days as (
    select * from {{ ref('int_product_buyer_days') }}
),

-- A buyer counts once in a period: on the first of the days in it.
flagged_days as (
    select
        buyer_days.*,
        buyer_days.buyer_id <> ''
        and coalesce(
            buyer_days.previous_paid_date < {{ period_start('month', 'buyer_days.paid_date') }},
            true
        ) as is_first_in_month,
        buyer_days.buyer_id <> ''
        and coalesce(buyer_days.previous_paid_date < history.period_start, true) as is_first_of_all
    from buyer_days
    inner join periods as history on history.period_type = 'all'
),

product_days as (
    select
        product_id,
        paid_date,
        sum(units) as units,
        sum(orders) as orders,
        sum(line_sales) as line_sales,
        sum(costed_sales) as costed_sales,
        sum(cost_of_goods) as cost_of_goods,
        sum(case when is_first_in_month then 1 else 0 end) as buyers_of_month,
        sum(case when is_first_in_month and is_new_buyer then 1 else 0 end) as new_of_month,
        sum(case when is_first_of_all then 1 else 0 end) as buyers_of_all,
        sum(case when is_first_of_all and is_new_buyer then 1 else 0 end) as new_of_all
    from flagged_days
    group by product_id, paid_date
),

sums as (
    select
        date_periods.period_type,
        date_periods.period_start,
        product_days.product_id,
        sum(product_days.units) as units,
        sum(product_days.orders) as orders,
        sum(case date_periods.period_type
            when 'month' then product_days.buyers_of_month
            else product_days.buyers_of_all
        end) as buyers,
        sum(case date_periods.period_type
            when 'month' then product_days.new_of_month
            else product_days.new_of_all
        end) as new_buyers,
        sum(product_days.line_sales) as line_sales,
        sum(product_days.costed_sales) as costed_sales,
        sum(product_days.cost_of_goods) as cost_of_goods
    from product_days
    inner join date_periods on product_days.paid_date = date_periods.date
    group by
        date_periods.period_type, date_periods.period_start, product_days.product_id
),

-- Nine decimals, so that every engine finds the same margins equal.
with_margins as (
    select
        *,
        costed_sales - cost_of_goods as gross_profit,
        round({{ rate('costed_sales - cost_of_goods', 'costed_sales') }}, 9) as margin_rate
    from sums
),

medians as (
    select
        period_type,
        period_start,
        {{ quantile('units', 0.5) }} as median_units,
        round({{ quantile('margin_rate', 0.5) }}, 9) as median_margin_rate
    from with_margins
    group by period_type, period_start
),

compared as (
    select
        with_margins.*,
        with_margins.units >= medians.median_units as is_units_high,
        with_margins.margin_rate >= medians.median_margin_rate as is_margin_high
    from with_margins
    inner join medians
        on
            with_margins.period_type = medians.period_type
            and with_margins.period_start = medians.period_start
),

final as (
    select
        compared.period_type,
        compared.period_start,
        periods.period_end,
        periods.is_partial,
        compared.product_id,
        products.product_name,
        products.category,
        products.product_role,
        cast(compared.units as bigint) as units,
        cast(compared.orders as bigint) as orders,
        cast(compared.buyers as bigint) as buyers,
        {{ rate('compared.new_buyers', 'compared.buyers') }} as new_buyer_share,
        {{ money('compared.line_sales') }} as line_sales,
        {{ money('compared.gross_profit') }} as gross_profit,
        {{ rate('compared.gross_profit', 'compared.costed_sales') }} as gross_margin_rate,
        case
            when compared.is_margin_high is null then null
            when compared.is_units_high and compared.is_margin_high then 'star'
            when compared.is_units_high then 'cash'
            when compared.is_margin_high then 'question'
            else 'weak'
        end as quadrant
    from compared
    inner join periods
        on
            compared.period_type = periods.period_type
            and compared.period_start = periods.period_start
    left join products on compared.product_id = products.product_id
)

select * from final
