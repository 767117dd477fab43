with raw_orders as (
    select * from {{ source('raw', 'kuaituantuan__orders') }}
),

order_lines as (
    select * from {{ source('raw', 'kuaituantuan__order_lines') }}
),

sheet_orders as (
    select * from {{ ref('stg_kuaituantuan__sheet_orders') }}
),

last_orders as (
    {{ last_landed('raw_orders', ['order_id']) | indent(4) }}
),

last_lines as (
    {{ last_landed('order_lines', ['order_id', 'line_id']) | indent(4) }}
),

refunded_goods as (
    select
        order_id,
        sum(cast(refunded_amount as decimal(18, 2))) as refund_amount
    from last_lines
    group by order_id
),

api_refunds as (
    select
        last_orders.order_id,
        cast(last_orders.updated_at as timestamp) as refunded_at,
        coalesce(refunded_goods.refund_amount, 0)
        + coalesce(cast(last_orders.refunded_freight_amount as decimal(18, 2)), 0)
            as refund_amount,
        cast(last_orders.paid_amount as decimal(18, 2)) as paid_amount,
        last_orders.cancel_status = '1' as is_closed,
        last_orders.system,
        last_orders.load_seq,
        last_orders.line,
        last_orders.landed_at
    from last_orders
    left join refunded_goods on last_orders.order_id = refunded_goods.order_id
),

-- the sheet never says when
stated as (
    select * from api_refunds
    union all
    select
        order_id,
        paid_at,
        coalesce(refunded_amount, 0) as refund_amount,
        paid_amount,
        order_status = 'closed' as is_closed,
        system,
        load_seq,
        line,
        landed_at
    from sheet_orders
    where paid_at is not null
),

-- who paid for an order that is closed has the money back, whether its amount is told or not
whole as (
    select
        order_id,
        refunded_at,
        case when refund_amount = 0 and is_closed then paid_amount else refund_amount end
            as refund_amount,
        system,
        load_seq,
        line,
        landed_at
    from stated
),

-- what is refunded adds up in time: the largest sum is the newest
ranked as (
    select
        *,
        row_number() over (
            partition by order_id
            order by refund_amount desc, refunded_at desc, load_seq desc, line desc
        ) as amount_rank
    from whole
    where refund_amount > 0
),

final as (
    select
        order_id || '-refund' as refund_id,
        order_id,
        refunded_at,
        cast(refund_amount as decimal(18, 2)) as refund_amount,
        cast(null as varchar) as reason,
        system,
        load_seq,
        line,
        landed_at
    from ranked
    where amount_rank = 1
)

select * from final
