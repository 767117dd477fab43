with trades as (
    select * from {{ ref('base_youzan__trades') }}
),

sheet_orders as (
    select * from {{ ref('base_youzan__sheet_orders') }}
),

-- the API tells a whole refund alone; the export tells how much, never when
stated as (
    select
        order_id,
        paid_amount as refund_amount,
        system,
        load_seq,
        line,
        landed_at
    from trades
    where refund_state = '12'
    union all
    select
        order_id,
        refunded_amount as refund_amount,
        system,
        load_seq,
        line,
        landed_at
    from sheet_orders
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
            case when trades.refund_state in ('2', '12') then trades.updated_at end,
            sheet_orders.completed_at,
            sheet_orders.paid_at,
            trades.paid_at,
            sheet_orders.ordered_at,
            trades.ordered_at
        ) as refunded_at,
        ranked.refund_amount,
        cast(null as varchar) as reason,
        ranked.system,
        ranked.load_seq,
        ranked.line,
        ranked.landed_at
    from ranked
    left join trades on ranked.order_id = trades.order_id
    left join sheet_orders on ranked.order_id = sheet_orders.order_id
    where ranked.amount_rank = 1
)

select * from final
