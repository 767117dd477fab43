with persons as (
    select * from {{ ref('base_chat_export__persons') }}
    -- of somebody who only spoke nothing is known
    where is_listed
),

final as (
    select
        person_id as member_id,
        cast(null as varchar) as member_type,
        cast(null as varchar) as unionid,
        cast(null as varchar) as phone_key,
        cast(null as varchar) as gender,
        cast(null as varchar) as city,
        cast(null as date) as birthday,
        cast(null as timestamp) as first_seen_at,
        system,
        load_seq,
        line,
        landed_at
    from persons
)

select * from final
