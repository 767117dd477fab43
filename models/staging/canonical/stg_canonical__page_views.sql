with source as (
    select *
    from {{ source('raw', 'canonical__page_views') }}
),

final as (
    select
        cast(viewed_at as timestamp) as viewed_at,
        visitor_id,
        page,
        member_id,
        group_id,
        channel_id,
        system,
        load_seq,
        line,
        landed_at
    from source
)

select * from final
