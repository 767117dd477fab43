with source as (
    select *
    from {{ source('raw', 'canonical__channels') }}
),

final as (
    select
        channel_id,
        channel_name,
        channel_kind,
        parent_channel_id,
        cast(is_paid as boolean) as is_paid,
        system,
        load_seq,
        line,
        landed_at
    from source
)

select * from final
