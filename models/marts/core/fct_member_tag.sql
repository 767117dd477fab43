with member_tags as (
    select * from {{ ref('int_member_tags') }}
),

final as (
    select
        member_id,
        tag,
        tag_source,
        tagged_at,
        removed_at,
        removed_at is null as is_current
    from member_tags
)

select * from final
