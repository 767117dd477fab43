{%- set slice = slice_by(['order_id'], touched_by=[
    changed('int_all_order_items'),
    changed('int_all_products', key='product_id', via='int_all_order_items'),
    changed('int_orders'),
]) -%}
with order_items as (
    select * from {{ sliced(slice, 'int_all_order_items') }}
),

products as (
    select * from {{ ref('int_all_products') }}
),

orders as (
    select * from {{ sliced(slice, 'int_orders') }}
),

final as (
    select
        order_items.order_id,
        order_items.line_number,
        order_items.product_id,
        order_items.quantity,
        order_items.line_amount,
        coalesce(order_items.unit_cost, products.unit_cost) as unit_cost,
        orders.member_id,
        orders.is_paid_order,
        orders.paid_date
    from order_items
    inner join orders on order_items.order_id = orders.order_id
    left join products on order_items.product_id = products.product_id
)

select * from final
