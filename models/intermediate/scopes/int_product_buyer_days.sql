{%- set slice = slice_by(['product_id', 'buyer_id'], touched_by=[
    changed('fct_order_item', ['product_id', "coalesce(member_id, '')"]),
    changed(
        'fct_order',
        columns=['product_id', "coalesce(member_id, '')"],
        via='fct_order_item',
        key='order_id',
        on='order_id',
        condition='wanted.is_first_paid_order',
    ),
]) -%}
with first_orders as (
    select * from {{ ref('fct_order') }}
    where is_first_paid_order
),

order_items as (
    select *
    from {{ sliced(slice, 'fct_order_item', ['product_id', "coalesce(member_id, '')"]) }}
    where is_paid_order
),

order_products as (
    select
        order_id,
        product_id,
        coalesce(member_id, '') as buyer_id,
        paid_date,
        sum(quantity) as units,
        sum(line_amount) as line_sales,
        sum(case when quantity * unit_cost is not null then line_amount end) as costed_sales,
        sum(case when line_amount is not null then quantity * unit_cost end) as cost_of_goods
    from order_items
    group by order_id, product_id, member_id, paid_date
),

-- sums in 64 bits: 128 take ten times as long to read
days as (
    select
        order_products.product_id,
        order_products.buyer_id,
        order_products.paid_date,
        count(*) as orders,
        cast(sum(order_products.units) as bigint) as units,
        {{ money('sum(order_products.line_sales)') }} as line_sales,
        {{ money('sum(order_products.costed_sales)') }} as costed_sales,
        {{ money('sum(order_products.cost_of_goods)') }} as cost_of_goods,
        count(first_orders.order_id) as first_orders
    from order_products
    left join first_orders
        on order_products.order_id = first_orders.order_id
    group by order_products.product_id, order_products.buyer_id, order_products.paid_date
),

final as (
    select
        product_id,
        buyer_id,
        paid_date,
        orders,
        units,
        line_sales,
        costed_sales,
        cost_of_goods,
        lag(paid_date) over (
            partition by product_id, buyer_id
            order by paid_date
        ) as previous_paid_date,
        sum(first_orders) over (partition by product_id, buyer_id) > 0 as is_new_buyer
    from days
)

select * from final
