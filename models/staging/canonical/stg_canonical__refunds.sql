with source as (
    select *
    from {{ source('raw', 'canonical__refunds') }}
),

final as (
    select
        refund_id,
        order_id,
        cast(refunded_at as timestamp) as refunded_at,
        cast(refund_amount as decimal(18, 2)) as refund_amount,
        reason,
        system,
        load_seq,
        line,
        landed_at
    from source
)

select * from final
