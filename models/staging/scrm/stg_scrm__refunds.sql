with linkwechat_orders as (
    {{ last_landed(source('raw', 'scrm__linkwechat_orders'), ['order_no']) | indent(4) }}
),

final as (
    select
        order_no || '-refund' as refund_id,
        order_no as order_id,
        -- the table knows how much was refunded, not when
        cast(pay_time as timestamp) as refunded_at,
        cast(total_refund_fee as decimal(18, 2)) as refund_amount,
        cast(null as varchar) as reason,
        system,
        load_seq,
        line,
        landed_at
    from linkwechat_orders
    where cast(total_refund_fee as decimal(18, 2)) > 0
)

select * from final
