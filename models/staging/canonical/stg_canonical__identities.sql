with source as (
    select *
    from {{ source('raw', 'canonical__identities') }}
),

last_landed as (
    {{ last_landed('source', ['id_type', 'id_value']) | indent(4) }}
),

final as (
    select
        id_type,
        id_value,
        member_id,
        system,
        load_seq,
        line,
        landed_at
    from last_landed
)

select * from final
