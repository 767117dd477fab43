-- Every line of a paid order stands in its month and in the whole history, each once.
with products as (
    select
        period_type,
        sum(units) as units,
        sum(line_sales) as line_sales
    from {{ ref('mart_product') }}
    group by period_type
),

lines as (
    select
        date_periods.period_type,
        sum(order_items.quantity) as units,
        sum(order_items.line_amount) as line_sales
    from {{ ref('fct_order_item') }} as order_items
    inner join {{ ref('bridge_date_period') }} as date_periods
        on order_items.paid_date = date_periods.date
    where order_items.is_paid_order and date_periods.period_type in ('month', 'all')
    group by date_periods.period_type
)

select
    coalesce(lines.period_type, products.period_type) as period_type,
    lines.units,
    products.units as mart_units,
    lines.line_sales,
    products.line_sales as mart_line_sales
from lines
full outer join products on lines.period_type = products.period_type
where
    lines.units is distinct from products.units
    or lines.line_sales is distinct from products.line_sales
