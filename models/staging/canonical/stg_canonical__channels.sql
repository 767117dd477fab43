with source as (
    select *
    from {{ source('raw', 'canonical__channels') }}
),

last_landed as (
    {{ last_landed('source', ['channel_id']) | indent(4) }}
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
    from last_landed
)

select * from final
