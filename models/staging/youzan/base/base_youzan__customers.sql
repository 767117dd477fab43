with source as (
    select * from {{ source('raw', 'youzan__customers') }}
    where phone_key is not null
),

last_landed as (
    {{ last_landed('source', ['phone_key']) | indent(4) }}
),

final as (
    select
        phone_key,
        case gender
            when '男' then 'male'
            when '女' then 'female'
        end as gender,
        cast(birthday as date) as birthday,
        cast(customer_since as timestamp) as customer_since,
        system,
        load_seq,
        line,
        landed_at
    from last_landed
)

select * from final
