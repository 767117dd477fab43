{%- do slice_by(['group_id']) -%}
with groups as (
    select * from {{ ref('dim_group') }}
),

final as (
    select
        group_id,
        'all' as scope_type,
        'all' as scope_id
    from groups

    union all

    select
        group_id,
        'group' as scope_type,
        group_id as scope_id
    from groups

    union all

    select
        group_id,
        'owner' as scope_type,
        coalesce(owner_staff_id, 'unknown') as scope_id
    from groups

    union all

    select
        group_id,
        'department' as scope_type,
        coalesce(owner_department, 'unknown') as scope_id
    from groups

    union all

    select
        group_id,
        'group_type' as scope_type,
        coalesce(group_type, 'unknown') as scope_id
    from groups
)

select * from final
