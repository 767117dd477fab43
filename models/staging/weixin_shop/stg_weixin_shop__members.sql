with people as (
    select * from {{ ref('base_weixin_shop__people') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by account_id
            order by
                case when unionid is null then 1 else 0 end,
                load_seq desc,
                line desc
        ) as account_rank
    from people
),

-- who shares may be one of the house, so nobody is called a customer here
final as (
    select
        account_id as member_id,
        cast(null as varchar) as member_type,
        unionid,
        cast(null as varchar) as phone_key,
        cast(null as varchar) as gender,
        cast(null as varchar) as city,
        cast(null as date) as birthday,
        cast(null as timestamp) as first_seen_at,
        system,
        load_seq,
        line,
        landed_at
    from ranked
    where account_rank = 1
)

select * from final
