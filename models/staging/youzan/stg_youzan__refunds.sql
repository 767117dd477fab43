with trades as (
    select * from {{ ref('base_youzan__trades') }}
),

sheet_orders as (
    select * from {{ ref('base_youzan__sheet_orders') }}
),

order_statuses as (
    select * from {{ ref('youzan_order_statuses') }}
),

-- the API tells a whole refund alone; the export tells how much, never when; who paid for an order
-- that is closed has the money back, whether its amount is told or not
stated as (
    select
        trades.order_id,
        trades.paid_amount as refund_amount,
        trades.system,
        trades.load_seq,
        trades.line,
        trades.landed_at
    from trades
    left join order_statuses on trades.order_status = order_statuses.youzan_status
    where
        trades.refund_state = '12'
        or (order_statuses.order_status = 'closed' and trades.paid_at is not null)
    union all
    select
        sheet_orders.order_id,
        case
            when
                order_statuses.order_status = 'closed'
                and sheet_orders.paid_at is not null
                and coalesce(sheet_orders.refunded_amount, 0) = 0 then sheet_orders.paid_amount
            else sheet_orders.refunded_amount
        end as refund_amount,
        sheet_orders.system,
        sheet_orders.load_seq,
        sheet_orders.line,
        sheet_orders.landed_at
    from sheet_orders
    left join order_statuses on sheet_orders.order_status = order_statuses.youzan_status
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
