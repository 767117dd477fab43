with orders as (
    select * from {{ ref('base_kuaituantuan__orders') }}
    where buyer_account_id is not null and paid_at is not null
),

final as (
    select
        activity_id,
        buyer_account_id as member_id,
        cast(null as varchar) as group_id,
        paid_at as participated_at,
        '跟团' as action,
        system,
        load_seq,
        line,
        landed_at
    from orders
)

select * from final
