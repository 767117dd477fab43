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

orders as (
    select * from {{ ref('fct_order') }}
    where is_first_paid_order
),

order_items as (
    select * from {{ ref('fct_order_item') }}
    where is_paid_order
),

order_products as (
    select
        order_id,
        product_id,
        member_id,
        paid_date,
        sum(quantity) as units,
        sum(line_amount) as line_sales,
        sum(case when quantity * unit_cost is not null then line_amount end) as costed_sales,
        sum(case when line_amount is not null then quantity * unit_cost end) as cost_of_goods
    from order_items
    group by order_id, product_id, member_id, paid_date
),

product_buyers as (
    select
        date_periods.period_type,
        date_periods.period_start,
        order_products.product_id,
        order_products.member_id,
        count(*) as orders,
        sum(order_products.units) as units,
        sum(order_products.line_sales) as line_sales,
        sum(order_products.costed_sales) as costed_sales,
        sum(order_products.cost_of_goods) as cost_of_goods
    from order_products
    inner join date_periods on order_products.paid_date = date_periods.date
    group by
        date_periods.period_type,
        date_periods.period_start,
        order_products.product_id,
        order_products.member_id
),

first_products as (
    select
        order_products.product_id,
        order_products.member_id
    from order_products
    inner join orders on order_products.order_id = orders.order_id
),

sums as (
    select
        product_buyers.period_type,
        product_buyers.period_start,
        product_buyers.product_id,
        sum(product_buyers.units) as units,
        sum(product_buyers.orders) as orders,
        count(product_buyers.member_id) as buyers,
        count(first_products.member_id) as new_buyers,
        sum(product_buyers.line_sales) as line_sales,
        sum(product_buyers.costed_sales) as costed_sales,
        sum(product_buyers.cost_of_goods) as cost_of_goods
    from product_buyers
    left join first_products
        on
            product_buyers.product_id = first_products.product_id
            and product_buyers.member_id = first_products.member_id
    group by
        product_buyers.period_type, product_buyers.period_start, product_buyers.product_id
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
        compared.buyers,
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
