with people as (
    select * from {{ ref('base_weixin_shop__people') }}
),

final as (
    select
        account_id,
        'weixin_openid' as id_type,
        unionid,
        cast(null as varchar) as phone_key,
        system,
        load_seq,
        line,
        landed_at
    from people
)

select * from final
