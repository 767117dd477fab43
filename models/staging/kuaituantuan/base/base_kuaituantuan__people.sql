with orders as (
    select * from {{ ref('base_kuaituantuan__orders') }}
),

named as (
    select
        buyer_account_id as account_id,
        system,
        load_seq,
        line,
        landed_at
    from orders
    union all
    select
        sharer_account_id as account_id,
        system,
        load_seq,
        line,
        landed_at
    from orders
),

known as (
    select * from named
    where account_id is not null
),

final as (
    {{ last_landed('known', ['account_id']) | indent(4) }}
)

select * from final
