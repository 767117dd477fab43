-- A row for each buyer of a product with a cycle, dated by its last paid order.
with last_purchases as (
    select
        order_items.member_id,
        order_items.product_id,
        max(order_items.paid_date) as last_purchase_date
    from {{ ref('fct_order_item') }} as order_items
    inner join {{ ref('dim_product') }} as products
        on order_items.product_id = products.product_id
    where
        order_items.is_paid_order
        and order_items.member_id is not null
        and products.repurchase_cycle_days between 0 and 36500
    group by order_items.member_id, order_items.product_id
)

select
    coalesce(last_purchases.member_id, due.member_id) as member_id,
    coalesce(last_purchases.product_id, due.product_id) as product_id
from last_purchases
full outer join {{ ref('mart_repurchase_due') }} as due
    on
        last_purchases.member_id = due.member_id
        and last_purchases.product_id = due.product_id
where
    last_purchases.last_purchase_date is distinct from due.last_purchase_date
    or {{ days_between('due.last_purchase_date', 'due.due_date') }} <> due.cycle_days
