with source as (
    select * from {{ source('raw', 'youzan__order_sheet') }}
),

last_landed as (
    {{ last_landed('source', ['order_id']) | indent(4) }}
),

final as (
    select
        order_id,
        shop_name,
        phone_key,
        order_status,
        cast(ordered_at as timestamp) as ordered_at,
        cast(paid_at as timestamp) as paid_at,
        cast(completed_at as timestamp) as completed_at,
        cast(goods_amount as decimal(18, 2)) as goods_amount,
        cast(freight_amount as decimal(18, 2)) as freight_amount,
        cast(discount_amount as decimal(18, 2)) as discount_amount,
        cast(paid_amount as decimal(18, 2)) as paid_amount,
        cast(refunded_amount as decimal(18, 2)) as refunded_amount,
        trim(item_names) as item_names,
        system,
        load_seq,
        line,
        landed_at
    from last_landed
)

select * from final
