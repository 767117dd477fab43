with trades as (
    select * from {{ ref('base_youzan__trades') }}
),

sheet_orders as (
    select * from {{ ref('base_youzan__sheet_orders') }}
),

customers as (
    select * from {{ ref('base_youzan__customers') }}
),

phones as (
    select
        phone_key,
        buyer_account_id
    from trades
    union all
    select
        phone_key,
        null as buyer_account_id
    from sheet_orders
    union all
    select
        phone_key,
        null as buyer_account_id
    from customers
),

final as (
    select
        phone_key,
        case
            when count(distinct buyer_account_id) = 1 then max(buyer_account_id)
            else 'youzan-phone:' || left(phone_key, 16)
        end as account_id
    from phones
    where phone_key is not null
    group by phone_key
)

select * from final
