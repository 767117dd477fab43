with source as (
    select * from {{ source('raw', 'kuaituantuan__orders') }}
),

last_landed as (
    {{ last_landed('source', ['order_id']) | indent(4) }}
),

final as (
    select
        order_id,
        'kuaituantuan:' || activity_id as activity_id,
        trim(activity_title) as activity_title,
        participate_no,
        'kuaituantuan:' || buyer_id as buyer_account_id,
        'kuaituantuan:' || sharer_id as sharer_account_id,
        case
            when cancel_status = '1' then 'closed'
            when shipping_status = '3' then 'completed'
            when shipping_status in ('1', '2') then 'shipped'
            else 'paid'
        end as order_status,
        cast(paid_at as timestamp) as paid_at,
        cast(updated_at as timestamp) as updated_at,
        -- both or neither: one that is not told is unknown, not 0
        cast(
            cast(discount_amount as decimal(18, 2))
            + cast(platform_discount_amount as decimal(18, 2)) as decimal(18, 2)
        ) as discount_amount,
        cast(freight_amount as decimal(18, 2)) as freight_amount,
        cast(refunded_freight_amount as decimal(18, 2)) as refunded_freight_amount,
        cast(paid_amount as decimal(18, 2)) as paid_amount,
        system,
        load_seq,
        line,
        landed_at
    from last_landed
)

select * from final
