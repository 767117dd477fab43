with people as (
    select * from {{ ref('base_youzan__people') }}
),

customers as (
    select * from {{ ref('base_youzan__customers') }}
),

phone_accounts as (
    select * from {{ ref('base_youzan__phone_accounts') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by account_id
            order by
                case when unionid is null then 1 else 0 end,
                case when phone_key is null then 1 else 0 end,
                load_seq desc,
                line desc
        ) as account_rank
    from people
),

profiles as (
    select
        phone_accounts.account_id,
        customers.gender,
        customers.birthday,
        customers.customer_since,
        customers.load_seq,
        customers.line
    from customers
    inner join phone_accounts on customers.phone_key = phone_accounts.phone_key
),

-- a buyer with two phones may stand in the list of customers twice
last_profiles as (
    {{ last_landed('profiles', ['account_id']) | indent(4) }}
),

final as (
    select
        ranked.account_id as member_id,
        'customer' as member_type,
        ranked.unionid,
        ranked.phone_key,
        last_profiles.gender,
        cast(null as varchar) as city,
        last_profiles.birthday,
        last_profiles.customer_since as first_seen_at,
        ranked.system,
        ranked.load_seq,
        ranked.line,
        ranked.landed_at
    from ranked
    left join last_profiles on ranked.account_id = last_profiles.account_id
    where ranked.account_rank = 1
)

select * from final
