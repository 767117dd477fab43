with orders as (
    select * from {{ ref('base_kuaituantuan__orders') }}
),

order_lines as (
    select * from {{ ref('base_kuaituantuan__order_lines') }}
),

sheet_orders as (
    select * from {{ ref('base_kuaituantuan__sheet_orders') }}
),

refunded_goods as (
    select
        order_id,
        sum(refunded_amount) as refunded_amount
    from order_lines
    group by order_id
),

-- the sheet never says when
stated as (
    select
        orders.order_id,
        orders.updated_at as refunded_at,
        coalesce(refunded_goods.refunded_amount, 0) + coalesce(orders.refunded_freight_amount, 0)
            as refund_amount,
        orders.paid_amount,
        orders.order_status,
        orders.system,
        orders.load_seq,
        orders.line,
        orders.landed_at
    from orders
    left join refunded_goods on orders.order_id = refunded_goods.order_id
    where orders.paid_at is not null
    union all
    select
        order_id,
        paid_at as refunded_at,
        coalesce(refunded_amount, 0) as refund_amount,
        paid_amount,
        order_status,
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
        case
            when refund_amount = 0 and order_status = 'closed' then paid_amount
            else refund_amount
        end as refund_amount,
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
