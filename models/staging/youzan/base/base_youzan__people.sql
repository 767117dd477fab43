with trades as (
    select * from {{ ref('base_youzan__trades') }}
),

sheet_orders as (
    select * from {{ ref('base_youzan__sheet_orders') }}
),

customers as (
    select * from {{ ref('base_youzan__customers') }}
),

phone_accounts as (
    select * from {{ ref('base_youzan__phone_accounts') }}
),

named as (
    select
        buyer_account_id,
        unionid,
        phone_key,
        system,
        load_seq,
        line,
        landed_at
    from trades
    union all
    select
        null as buyer_account_id,
        null as unionid,
        phone_key,
        system,
        load_seq,
        line,
        landed_at
    from sheet_orders
    union all
    select
        null as buyer_account_id,
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
        coalesce(named.buyer_account_id, phone_accounts.account_id) as account_id,
        named.unionid,
        named.phone_key,
        named.system,
        named.load_seq,
        named.line,
        named.landed_at
    from named
    left join phone_accounts on named.phone_key = phone_accounts.phone_key
    where named.buyer_account_id is not null or named.phone_key is not null
),

final as (
    {{ last_landed('stated', ['account_id', 'unionid', 'phone_key']) | indent(4) }}
)

select * from final
