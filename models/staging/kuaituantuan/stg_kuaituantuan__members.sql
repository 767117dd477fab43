with accounts as (
    select * from {{ ref('stg_kuaituantuan__accounts') }}
),

-- who helps to sell may be one of the house, so nobody is called a customer here
final as (
    select
        account_id as member_id,
        cast(null as varchar) as member_type,
        unionid,
        phone_key,
        cast(null as varchar) as gender,
        cast(null as varchar) as city,
        cast(null as date) as birthday,
        cast(null as timestamp) as first_seen_at,
        system,
        load_seq,
        line,
        landed_at
    from accounts
)

select * from final
