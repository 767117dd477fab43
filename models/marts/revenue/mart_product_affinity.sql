with reporting_window as (
    select * from {{ ref('dim_reporting_window') }}
),

order_items as (
    select * from {{ ref('fct_order_item') }}
    where is_paid_order
),

-- Several lines of one product in an order are one.
order_products as (
    select
        order_items.order_id,
        order_items.product_id
    from order_items
    cross join reporting_window
    where
        order_items.paid_date
        > {{ add_days('reporting_window.as_of_date', '-' ~ var('affinity_window_days')) }}
    group by order_items.order_id, order_items.product_id
),

totals as (
    -- distinct: an order has a row for each of its products
    select count(distinct order_id) as orders
    from order_products
),

product_orders as (
    select
        product_id,
        count(*) as orders
    from order_products
    group by product_id
),

-- What is in too few orders is in no pair either.
candidates as (
    select
        order_products.order_id,
        order_products.product_id
    from order_products
    inner join product_orders on order_products.product_id = product_orders.product_id
    where product_orders.orders >= {{ var('affinity_min_orders') }}
),

pairs as (
    select
        first_products.product_id as product_a,
        second_products.product_id as product_b,
        count(*) as orders
    from candidates as first_products
    inner join candidates as second_products
        on
            first_products.order_id = second_products.order_id
            and first_products.product_id < second_products.product_id
    group by first_products.product_id, second_products.product_id
    having count(*) >= {{ var('affinity_min_orders') }}
),

final as (
    select
        pairs.product_a,
        pairs.product_b,
        pairs.orders as orders_with_both,
        {{ rate('pairs.orders', 'totals.orders') }} as support,
        {{ rate('pairs.orders', 'orders_a.orders') }} as confidence_a_to_b,
        {{ rate('pairs.orders', 'orders_b.orders') }} as confidence_b_to_a,
        {{ rate(
            'pairs.orders * totals.orders', 'orders_a.orders * orders_b.orders'
        ) }} as lift
    from pairs
    cross join totals
    inner join product_orders as orders_a on pairs.product_a = orders_a.product_id
    inner join product_orders as orders_b on pairs.product_b = orders_b.product_id
)

select * from final
