with source as (
    select * from {{ source('raw', 'youzan__trades') }}
),

last_landed as (
    {{ last_landed('source', ['order_id']) | indent(4) }}
),

final as (
    select
        order_id,
        -- 0: somebody whom Youzan does not know
        'youzan:' || nullif(buyer_id, '0') as buyer_account_id,
        unionid,
        phone_key,
        order_status,
        refund_state,
        cast(ordered_at as timestamp) as ordered_at,
        cast(paid_at as timestamp) as paid_at,
        cast(completed_at as timestamp) as completed_at,
        cast(updated_at as timestamp) as updated_at,
        cast(goods_amount as decimal(18, 2)) as goods_amount,
        cast(freight_amount as decimal(18, 2)) as freight_amount,
        cast(paid_amount as decimal(18, 2)) as paid_amount,
        system,
        load_seq,
        line,
        landed_at
    from last_landed
)

select * from final
