with trades as (
    select * from {{ source('raw', 'youzan__trades') }}
),

order_sheet as (
    select * from {{ source('raw', 'youzan__order_sheet') }}
),

customers as (
    select * from {{ source('raw', 'youzan__customers') }}
),

phones as (
    select
        phone_key,
        nullif(buyer_id, '0') as buyer_id
    from trades
    union all
    select
        phone_key,
        null as buyer_id
    from order_sheet
    union all
    select
        phone_key,
        null as buyer_id
    from customers
),

final as (
    select
        phone_key,
        case
            when count(distinct buyer_id) = 1 then 'youzan:' || max(buyer_id)
            else 'youzan-phone:' || left(phone_key, 16)
        end as account_id
    from phones
    where phone_key is not null
    group by phone_key
)

select * from final
