with source as (
    select *
    from {{ source('raw', 'canonical__content_posts') }}
),

final as (
    select
        cast(post_date as date) as post_date,
        post_id,
        title,
        cast(reads as bigint) as reads,
        cast(readers as bigint) as readers,
        cast(shares as bigint) as shares,
        cast(favorites as bigint) as favorites,
        cast(likes as bigint) as likes,
        cast(comments as bigint) as comments,
        system,
        load_seq,
        line,
        landed_at
    from source
)

select * from final
