with api_orders as (
    select * from {{ ref('base_kuaituantuan__orders') }}
),

order_lines as (
    select * from {{ ref('base_kuaituantuan__order_lines') }}
),

sheet_orders as (
    select * from {{ ref('base_kuaituantuan__sheet_orders') }}
),

goods as (
    select
        order_id,
        sum(goods_amount) as goods_amount
    from order_lines
    group by order_id
),

-- an order of both ways in is told by the API, which says more of it
orders as (
    select
        api_orders.order_id,
        api_orders.buyer_account_id as member_id,
        api_orders.paid_at,
        api_orders.order_status,
        goods.goods_amount,
        api_orders.discount_amount,
        api_orders.freight_amount,
        api_orders.paid_amount,
        api_orders.activity_id,
        api_orders.sharer_account_id as sharer_id,
        api_orders.system,
        api_orders.load_seq,
        api_orders.line,
        api_orders.landed_at
    from api_orders
    left join goods on api_orders.order_id = goods.order_id
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
        cast(freight_amount as decimal(18, 2)) as freight_amount,
        cast(
            case when paid_at is null then 0 else paid_amount end as decimal(18, 2)
        ) as paid_amount,
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
