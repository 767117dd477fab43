with source as (
    select *
    from {{ source('raw', 'canonical__identities') }}
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
    from source
)

select * from final
