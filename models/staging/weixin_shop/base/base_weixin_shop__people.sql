with source as (
    select * from {{ source('raw', 'weixin_shop__orders') }}
),

last_orders as (
    {{ last_landed('source', ['order_id']) | indent(4) }}
),

people as (
    select
        'weixin:' || openid as account_id,
        unionid,
        system,
        load_seq,
        line,
        landed_at
    from last_orders
    where openid is not null
    union all
    select
        'weixin:' || sharer_openid as account_id,
        sharer_unionid as unionid,
        system,
        load_seq,
        line,
        landed_at
    from last_orders
    where sharer_openid is not null
),

final as (
    {{ last_landed('people', ['account_id', 'unionid']) | indent(4) }}
)

select * from final
