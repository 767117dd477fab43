with orders as (
    select * from {{ source('raw', 'weixin_shop__orders') }}
),

after_sales as (
    select * from {{ source('raw', 'weixin_shop__after_sales') }}
),

last_orders as (
    {{ last_landed('orders', ['order_id']) | indent(4) }}
),

last_after_sales as (
    {{ last_landed('after_sales', ['after_sale_id']) | indent(4) }}
),

-- all other states: asked for, refused, withdrawn, exchanged
refunded as (
    select
        after_sale_id as refund_id,
        order_id,
        cast(coalesce(completed_at, updated_at, created_at) as timestamp) as refunded_at,
        cast(refund_amount as decimal(18, 2)) as refund_amount,
        reason,
        system,
        load_seq,
        line,
        landed_at
    from last_after_sales
    where
        after_sale_status in ('MERCHANT_REFUND_SUCCESS', 'MERCHANT_RETURN_SUCCESS')
        and refund_amount is not null
),

refunded_sums as (
    select
        order_id,
        sum(refund_amount) as refund_amount
    from refunded
    group by order_id
),

-- what a wholly refunded order lacks, where not all of its after-sale orders have landed
rests as (
    select
        last_orders.order_id || '-refund' as refund_id,
        last_orders.order_id,
        cast(coalesce(last_orders.updated_at, last_orders.paid_at) as timestamp) as refunded_at,
        cast(last_orders.paid_amount as decimal(18, 2))
        - coalesce(refunded_sums.refund_amount, 0) as refund_amount,
        cast(null as varchar) as reason,
        last_orders.system,
        last_orders.load_seq,
        last_orders.line,
        last_orders.landed_at
    from last_orders
    left join refunded_sums on last_orders.order_id = refunded_sums.order_id
    where last_orders.order_status in ('190', '200') and last_orders.paid_at is not null
),

final as (
    select * from refunded
    union all
    select
        refund_id,
        order_id,
        refunded_at,
        cast(refund_amount as decimal(18, 2)) as refund_amount,
        reason,
        system,
        load_seq,
        line,
        landed_at
    from rests
    where refund_amount > 0
)

select * from final
