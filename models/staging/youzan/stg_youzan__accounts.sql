with people as (
    select * from {{ ref('base_youzan__people') }}
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
    from people
)

select * from final
