with source as (
    select *
    from {{ source('raw', 'canonical__members') }}
),

last_landed as (
    {{ last_landed('source', ['member_id']) | indent(4) }}
),

final as (
    select
        member_id as account_id,
        'member_id' as id_type,
        unionid,
        phone_key,
        system,
        load_seq,
        line,
        landed_at
    from last_landed
)

select * from final
