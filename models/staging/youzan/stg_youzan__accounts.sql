with trades as (
    select * from {{ source('raw', 'youzan__trades') }}
),

order_sheet as (
    select * from {{ source('raw', 'youzan__order_sheet') }}
),

customers as (
    select * from {{ source('raw', 'youzan__customers') }}
),

phone_accounts as (
    select * from {{ ref('stg_youzan__phone_accounts') }}
),

last_trades as (
    {{ last_landed('trades', ['order_id']) | indent(4) }}
),

last_orders as (
    {{ last_landed('order_sheet', ['order_id']) | indent(4) }}
),

people as (
    select
        nullif(buyer_id, '0') as buyer_id,
        unionid,
        phone_key,
        system,
        load_seq,
        line,
        landed_at
    from last_trades
    union all
    select
        null as buyer_id,
        null as unionid,
        phone_key,
        system,
        load_seq,
        line,
        landed_at
    from last_orders
    union all
    select
        null as buyer_id,
        null as unionid,
        phone_key,
        system,
        load_seq,
        line,
        landed_at
    from customers
),

-- a buyer whose id nobody says is called by the phone, or as the API calls who has that phone
stated as (
    select
        coalesce('youzan:' || people.buyer_id, phone_accounts.account_id) as account_id,
        people.unionid,
        people.phone_key,
        people.system,
        people.load_seq,
        people.line,
        people.landed_at
    from people
    left join phone_accounts on people.phone_key = phone_accounts.phone_key
    where people.buyer_id is not null or people.phone_key is not null
),

said_once as (
    {{ last_landed('stated', ['account_id', 'unionid', 'phone_key']) | indent(4) }}
),

final as (
    select
        account_id,
        case
            when account_id like 'youzan-phone:%' then 'youzan_phone'
            else 'youzan_buyer_id'
        end as id_type,
        unionid,
        phone_key,
        system,
        load_seq,
        line,
        landed_at
    from said_once
)

select * from final
