with source as (
    select *
    from {{ source('raw', 'canonical__staff') }}
),

last_landed as (
    {{ last_landed('source', ['staff_id']) | indent(4) }}
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
    from last_landed
)

select * from final
