with people as (
    select * from {{ ref('base_kuaituantuan__people') }}
),

final as (
    select
        account_id,
        'kuaituantuan_open_id' as id_type,
        cast(null as varchar) as unionid,
        cast(null as varchar) as phone_key,
        system,
        load_seq,
        line,
        landed_at
    from people
)

select * from final
