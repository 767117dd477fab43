with source as (
    select *
    from {{ source('raw', 'canonical__staff') }}
),

final as (
    select
        staff_id,
        staff_name,
        department,
        role,
        member_id,
        system,
        load_seq,
        line,
        landed_at
    from source
)

select * from final
