with source as (
    select *
    from {{ source('raw', 'canonical__feedback') }}
),

last_landed as (
    {{ last_landed('source', ['feedback_id']) | indent(4) }}
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
    from last_landed
)

select * from final
