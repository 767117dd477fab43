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
        sharer_unionid,
        system,
        load_seq,
        line,
        landed_at
    from last_orders
    where sharer_openid is not null
),

last_people as (
    {{ last_landed('people', ['account_id', 'unionid']) | indent(4) }}
),

final as (
    select
        account_id,
        'weixin_openid' as id_type,
        unionid,
        cast(null as varchar) as phone_key,
        system,
        load_seq,
        line,
        landed_at
    from last_people
)

select * from final
