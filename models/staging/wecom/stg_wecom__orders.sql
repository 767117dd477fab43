with source as (
    select *
    from {{ source('raw', 'wecom__bills') }}
    where bill_type = '0'
),

last_landed as (
    {{ last_landed('source', ['transaction_id']) | indent(4) }}
),

final as (
    select
        transaction_id as order_id,
        shop_id,
        member_id,
        cast(paid_at as timestamp) as ordered_at,
        cast(paid_at as timestamp) as paid_at,
        'completed' as order_status,
        cast(null as decimal(18, 2)) as goods_amount,
        cast(null as decimal(18, 2)) as discount_amount,
        cast(null as decimal(18, 2)) as freight_amount,
        cast(paid_amount as decimal(18, 2)) as paid_amount,
        cast(null as varchar) as group_id,
        cast(null as varchar) as channel_id,
        cast(null as varchar) as activity_id,
        cast(null as varchar) as live_id,
        cast(null as varchar) as sharer_id,
        staff_id,
        system,
        load_seq,
        line,
        landed_at
    from last_landed
)

select * from final
