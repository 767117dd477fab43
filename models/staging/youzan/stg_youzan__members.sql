with accounts as (
    select * from {{ ref('stg_youzan__accounts') }}
),

customers as (
    select * from {{ source('raw', 'youzan__customers') }}
),

phone_accounts as (
    select * from {{ ref('stg_youzan__phone_accounts') }}
),

last_customers as (
    {{ last_landed('customers', ['phone_key']) | indent(4) }}
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
    from accounts
),

profiles as (
    select
        phone_accounts.account_id,
        last_customers.gender,
        last_customers.birthday,
        last_customers.customer_since,
        last_customers.load_seq,
        last_customers.line
    from last_customers
    inner join phone_accounts on last_customers.phone_key = phone_accounts.phone_key
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
        case last_profiles.gender
            when '男' then 'male'
            when '女' then 'female'
        end as gender,
        cast(null as varchar) as city,
        cast(last_profiles.birthday as date) as birthday,
        cast(last_profiles.customer_since as timestamp) as first_seen_at,
        ranked.system,
        ranked.load_seq,
        ranked.line,
        ranked.landed_at
    from ranked
    left join last_profiles on ranked.account_id = last_profiles.account_id
    where ranked.account_rank = 1
)

select * from final
