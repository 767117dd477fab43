with raw_orders as (
    select * from {{ source('raw', 'kuaituantuan__orders') }}
),

last_orders as (
    {{ last_landed('raw_orders', ['order_id']) | indent(4) }}
),

people as (
    select
        'kuaituantuan:' || buyer_id as account_id,
        system,
        load_seq,
        line,
        landed_at
    from last_orders
    where buyer_id is not null
    union all
    select
        'kuaituantuan:' || sharer_id as account_id,
        system,
        load_seq,
        line,
        landed_at
    from last_orders
    where sharer_id is not null
),

last_people as (
    {{ last_landed('people', ['account_id']) | indent(4) }}
),

final as (
    select
        account_id,
        'kuaituantuan_open_id' as id_type,
        cast(null as varchar) as unionid,
        cast(null as varchar) as phone_key,
        system,
        load_seq,
        line,
        landed_at
    from last_people
)

select * from final
