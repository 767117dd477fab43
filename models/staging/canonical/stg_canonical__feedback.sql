with source as (
    select *
    from {{ source('raw', 'canonical__feedback') }}
),

final as (
    select
        feedback_id,
        feedback_kind,
        cast(opened_at as timestamp) as opened_at,
        member_id,
        group_id,
        staff_id,
        cast(score as bigint) as score,
        cast(closed_at as timestamp) as closed_at,
        system,
        load_seq,
        line,
        landed_at
    from source
)

select * from final
