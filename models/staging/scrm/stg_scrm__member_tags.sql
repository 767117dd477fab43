with contacts as (
    select * from {{ ref('base_scrm__contacts') }}
),

tags as (
    select
        person_id as member_id,
        {{ unnest_list(json_list('tag_names')) }} as tag,
        system,
        load_seq,
        line,
        landed_at
    from contacts
    where tag_names is not null
),

trimmed as (
    select
        member_id,
        trim(tag) as tag,
        system,
        load_seq,
        line,
        landed_at
    from tags
    where trim(tag) <> ''
),

final as (
    select
        member_id,
        tag,
        cast(null as varchar) as tag_source,
        cast(null as timestamp) as tagged_at,
        cast(null as timestamp) as removed_at,
        system,
        load_seq,
        line,
        landed_at
    from ({{ last_landed('trimmed', ['member_id', 'tag']) }}) as last_tags
)

select * from final
