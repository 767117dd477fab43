with orders as (
    select * from {{ ref('stg_kuaituantuan__orders') }}
    where member_id is not null and activity_id is not null and paid_at is not null
),

final as (
    select
        activity_id,
        member_id,
        group_id,
        paid_at as participated_at,
        '跟团' as action,
        system,
        load_seq,
        line,
        landed_at
    from orders
)

select * from final
