with source as (
    select *
    from {{ source('raw', 'canonical__page_views') }}
),

last_landed as (
    {{ last_landed('source', ['viewed_at', 'visitor_id', 'page']) | indent(4) }}
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
    from last_landed
)

select * from final
