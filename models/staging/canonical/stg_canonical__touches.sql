with source as (
    select *
    from {{ source('raw', 'canonical__touches') }}
),

final as (
    select
        touch_id,
        batch_id,
        member_id,
        group_id,
        cast(touched_at as timestamp) as touched_at,
        touch_kind,
        channel_id,
        touch_status,
        cast(clicked_at as timestamp) as clicked_at,
        system,
        load_seq,
        line,
        landed_at
    from source
)

select * from final
