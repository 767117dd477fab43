with source as (
    select *
    from {{ source('raw', 'canonical__member_tags') }}
),

last_landed as (
    {{ last_landed('source', ['member_id', 'tag', 'tagged_at']) | indent(4) }}
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
    from last_landed
)

select * from final
