with linkwechat_orders as (
    select
        *,
        -- WeCom's bill of it has this id
        coalesce(mch_no, order_no) as order_id
    from ({{ last_landed(source('raw', 'scrm__linkwechat_orders'), ['order_no']) }}) as orders
),

final as (
    select
        order_id || '-refund' as refund_id,
        order_id,
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
