with source as (
    select * from {{ source('raw', 'weixin_shop__orders') }}
),

statuses as (
    select * from {{ ref('weixin_shop_order_statuses') }}
),

last_orders as (
    {{ last_landed('source', ['order_id']) | indent(4) }}
),

final as (
    select
        last_orders.order_id,
        cast(null as varchar) as shop_id,
        'weixin:' || last_orders.openid as member_id,
        cast(last_orders.ordered_at as timestamp) as ordered_at,
        cast(last_orders.paid_at as timestamp) as paid_at,
        -- a code that the seed does not know: what the times say
        coalesce(
            statuses.order_status,
            case when last_orders.paid_at is not null then 'paid' else 'created' end
        ) as order_status,
        cast(last_orders.goods_amount as decimal(18, 2)) as goods_amount,
        cast(last_orders.discount_amount as decimal(18, 2)) as discount_amount,
        cast(last_orders.freight_amount as decimal(18, 2)) as freight_amount,
        case
            when last_orders.paid_at is null then 0
            else cast(last_orders.paid_amount as decimal(18, 2))
        end as paid_amount,
        cast(null as varchar) as group_id,
        cast(null as varchar) as channel_id,
        cast(null as varchar) as activity_id,
        nullif(last_orders.live_id, '0') as live_id,
        'weixin:' || last_orders.sharer_openid as sharer_id,
        cast(null as varchar) as staff_id,
        last_orders.system,
        last_orders.load_seq,
        last_orders.line,
        last_orders.landed_at
    from last_orders
    left join statuses on last_orders.order_status = statuses.weixin_shop_status
)

select * from final
