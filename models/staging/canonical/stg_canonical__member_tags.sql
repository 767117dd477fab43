with source as (
    select *
    from {{ source('raw', 'canonical__member_tags') }}
),

final as (
    select
        member_id,
        tag,
        tag_source,
        cast(tagged_at as timestamp) as tagged_at,
        cast(removed_at as timestamp) as removed_at,
        system,
        load_seq,
        line,
        landed_at
    from source
)

select * from final
