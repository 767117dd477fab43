with source as (
    select *
    from {{ source('raw', 'canonical__orders') }}
),

final as (
    select
        order_id,
        shop_id,
        member_id,
        cast(ordered_at as timestamp) as ordered_at,
        cast(paid_at as timestamp) as paid_at,
        order_status,
        cast(goods_amount as decimal(18, 2)) as goods_amount,
        cast(discount_amount as decimal(18, 2)) as discount_amount,
        cast(freight_amount as decimal(18, 2)) as freight_amount,
        cast(paid_amount as decimal(18, 2)) as paid_amount,
        group_id,
        channel_id,
        activity_id,
        live_id,
        sharer_id,
        staff_id,
        system,
        load_seq,
        line,
        landed_at
    from source
)

select * from final
