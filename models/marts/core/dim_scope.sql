{%- do slice_by(['scope_type', 'scope_id']) -%}
with groups as (
    select * from {{ ref('dim_group') }}
    where first_seen_date is not null
),

group_scopes as (
    select * from {{ ref('bridge_group_scope') }}
),

final as (
    select
        group_scopes.scope_type,
        group_scopes.scope_id,
        min(groups.first_seen_date) as first_date
    from groups
    inner join group_scopes on groups.group_id = group_scopes.group_id
    group by group_scopes.scope_type, group_scopes.scope_id
)

select * from final
