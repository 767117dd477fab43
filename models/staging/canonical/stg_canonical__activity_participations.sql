with source as (
    select *
    from {{ source('raw', 'canonical__activity_participations') }}
),

final as (
    select
        activity_id,
        member_id,
        group_id,
        cast(participated_at as timestamp) as participated_at,
        action,
        system,
        load_seq,
        line,
        landed_at
    from source
)

select * from final
