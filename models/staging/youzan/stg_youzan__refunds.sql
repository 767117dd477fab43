with orders as (
    select * from {{ ref('stg_youzan__orders') }}
),

trades as (
    select * from {{ source('raw', 'youzan__trades') }}
),

order_sheet as (
    select * from {{ source('raw', 'youzan__order_sheet') }}
),

last_trades as (
    {{ last_landed('trades', ['order_id']) | indent(4) }}
),

last_orders as (
    {{ last_landed('order_sheet', ['order_id']) | indent(4) }}
),

-- the API tells a whole refund alone; the export tells how much, never when
stated as (
    select
        order_id,
        cast(paid_amount as decimal(18, 2)) as refund_amount,
        system,
        load_seq,
        line,
        landed_at
    from last_trades
    where refund_state = '12'
    union all
    select
        order_id,
        cast(refunded_amount as decimal(18, 2)) as refund_amount,
        system,
        load_seq,
        line,
        landed_at
    from last_orders
),

-- what is refunded adds up in time: the largest sum is the newest
ranked as (
    select
        *,
        row_number() over (
            partition by order_id
            order by refund_amount desc, load_seq desc, line desc
        ) as amount_rank
    from stated
    where refund_amount > 0
),

final as (
    select
        ranked.order_id || '-refund' as refund_id,
        ranked.order_id,
        coalesce(
            case
                when last_trades.refund_state in ('2', '12')
                    then cast(last_trades.updated_at as timestamp)
            end,
            cast(last_orders.completed_at as timestamp),
            orders.paid_at,
            orders.ordered_at
        ) as refunded_at,
        ranked.refund_amount,
        cast(null as varchar) as reason,
        ranked.system,
        ranked.load_seq,
        ranked.line,
        ranked.landed_at
    from ranked
    inner join orders on ranked.order_id = orders.order_id
    left join last_trades on ranked.order_id = last_trades.order_id
    left join last_orders on ranked.order_id = last_orders.order_id
    where ranked.amount_rank = 1
)

select * from final
