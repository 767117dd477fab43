{%- do slice_by(['group_id']) -%}
with groups as (
    select * from {{ ref('int_all_groups') }}
),

reporting_window as (
    select * from {{ ref('int_reporting_window') }}
),

final as (
    select
        groups.group_id,
        {{ mask_phones('groups.group_name') }} as group_name,
        {{ mask_phones('groups.platform') }} as platform,
        groups.group_type,
        groups.is_flash,
        groups.stage,
        groups.owner_staff_id,
        case
            when groups.created_at < reporting_window.counted_before then groups.created_at
        end as created_at,
        case
            when groups.dissolved_at < reporting_window.counted_before then groups.dissolved_at
        end as dissolved_at
    from groups
    cross join reporting_window
)

select * from final
