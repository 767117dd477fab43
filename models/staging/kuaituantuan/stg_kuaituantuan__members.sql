with people as (
    select * from {{ ref('base_kuaituantuan__people') }}
),

-- who helps to sell may be one of the house, so nobody is called a customer here
final as (
    select
        account_id as member_id,
        cast(null as varchar) as member_type,
        cast(null as varchar) as unionid,
        cast(null as varchar) as phone_key,
        cast(null as varchar) as gender,
        cast(null as varchar) as city,
        cast(null as date) as birthday,
        cast(null as timestamp) as first_seen_at,
        system,
        load_seq,
        line,
        landed_at
    from people
)

select * from final
