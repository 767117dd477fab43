with source as (
    select *
    from {{ source('raw', 'canonical__members') }}
),

final as (
    select
        member_id,
        member_type,
        unionid,
        phone_key,
        gender,
        city,
        cast(birthday as date) as birthday,
        cast(first_seen_at as timestamp) as first_seen_at,
        system,
        load_seq,
        line,
        landed_at
    from source
)

select * from final
