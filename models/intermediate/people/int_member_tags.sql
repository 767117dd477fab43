with member_tags as (
    select * from {{ ref('int_all_member_tags') }}
),

identities as (
    select * from {{ ref('int_identities') }}
),

non_customers as (
    select * from {{ ref('int_non_customers') }}
),

reporting_window as (
    select * from {{ ref('int_reporting_window') }}
),

resolved as (
    select
        {{ resolved('member_tags.member_id', 'identities') }} as member_id,
        {{ mask_phones('member_tags.tag') }} as tag,
        member_tags.tag_source,
        member_tags.tagged_at,
        case
            when member_tags.removed_at < reporting_window.counted_before
                then member_tags.removed_at
        end as removed_at,
        member_tags.load_seq,
        member_tags.line
    from member_tags
    cross join reporting_window
    left join identities on member_tags.member_id = identities.id_value
    where
        member_tags.tagged_at is null
        or member_tags.tagged_at < reporting_window.counted_before
),

-- two aliases of one person can carry one tag
ranked as (
    select
        *,
        row_number() over (
            partition by member_id, tag, tagged_at
            order by load_seq desc, line desc
        ) as tag_rank
    from resolved
),

final as (
    select
        ranked.member_id,
        ranked.tag,
        ranked.tag_source,
        ranked.tagged_at,
        ranked.removed_at
    from ranked
    left join non_customers on ranked.member_id = non_customers.member_id
    where ranked.tag_rank = 1 and non_customers.member_id is null
)

select * from final
