with raw_orders as (
    select * from {{ source('raw', 'kuaituantuan__orders') }}
),

order_lines as (
    select * from {{ source('raw', 'kuaituantuan__order_lines') }}
),

sheet_orders as (
    select * from {{ ref('stg_kuaituantuan__sheet_orders') }}
),

last_orders as (
    {{ last_landed('raw_orders', ['order_id']) | indent(4) }}
),

last_lines as (
    {{ last_landed('order_lines', ['order_id', 'line_id']) | indent(4) }}
),

goods as (
    select
        order_id,
        sum(cast(goods_amount as decimal(18, 2))) as goods_amount
    from last_lines
    group by order_id
),

-- an order of both ways in is told by the API, which says more of it
orders as (
    select
        last_orders.order_id,
        'kuaituantuan:' || last_orders.buyer_id as member_id,
        cast(last_orders.paid_at as timestamp) as paid_at,
        case
            when last_orders.cancel_status = '1' then 'closed'
            when last_orders.shipping_status = '3' then 'completed'
            when last_orders.shipping_status in ('1', '2') then 'shipped'
            else 'paid'
        end as order_status,
        goods.goods_amount,
        coalesce(cast(last_orders.discount_amount as decimal(18, 2)), 0)
        + coalesce(cast(last_orders.platform_discount_amount as decimal(18, 2)), 0)
            as discount_amount,
        cast(last_orders.freight_amount as decimal(18, 2)) as freight_amount,
        cast(last_orders.paid_amount as decimal(18, 2)) as paid_amount,
        'kuaituantuan:' || last_orders.activity_id as activity_id,
        'kuaituantuan:' || last_orders.sharer_id as sharer_id,
        last_orders.system,
        last_orders.load_seq,
        last_orders.line,
        last_orders.landed_at
    from last_orders
    left join goods on last_orders.order_id = goods.order_id
    union all
    select
        order_id,
        null as member_id,
        paid_at,
        order_status,
        null as goods_amount,
        null as discount_amount,
        null as freight_amount,
        paid_amount,
        activity_id,
        null as sharer_id,
        system,
        load_seq,
        line,
        landed_at
    from sheet_orders
    where not is_known_by_api
),

final as (
    select
        order_id,
        cast(null as varchar) as shop_id,
        member_id,
        -- nobody says when an order was placed; that it is paid is when it counts
        paid_at as ordered_at,
        paid_at,
        order_status,
        cast(goods_amount as decimal(18, 2)) as goods_amount,
        cast(discount_amount as decimal(18, 2)) as discount_amount,
        freight_amount,
        case when paid_at is null then 0 else paid_amount end as paid_amount,
        cast(null as varchar) as group_id,
        cast(null as varchar) as channel_id,
        activity_id,
        cast(null as varchar) as live_id,
        sharer_id,
        cast(null as varchar) as staff_id,
        system,
        load_seq,
        line,
        landed_at
    from orders
)

select * from final
