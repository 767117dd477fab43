with persons as (
    select * from {{ ref('base_chat_export__persons') }}
),

final as (
    select
        person_id as account_id,
        'wxid' as id_type,
        cast(null as varchar) as unionid,
        cast(null as varchar) as phone_key,
        system,
        load_seq,
        line,
        landed_at
    from persons
)

select * from final
