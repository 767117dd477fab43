{%- do slice_by(['group_id']) -%}
with groups as (
    select * from {{ ref('int_groups') }}
),

staff as (
    select * from {{ ref('int_staff') }}
),

first_events as (
    select * from {{ ref('int_group_first_events') }}
),

first_spans as (
    select
        group_id,
        min(started_at) as first_span_at
    from {{ ref('int_membership_spans') }}
    group by group_id
),

group_ids as (
    select group_id
    from groups

    union

    select group_id
    from first_spans

    union

    select group_id
    from first_events
    where first_message_at is not null
),

final as (
    select
        group_ids.group_id,
        groups.group_name,
        groups.platform,
        groups.group_type,
        groups.is_flash,
        groups.stage,
        groups.owner_staff_id,
        staff.department as owner_department,
        groups.created_at,
        groups.dissolved_at,
        cast(
            coalesce(
                groups.created_at,
                least(first_spans.first_span_at, first_events.first_message_at)
            ) as date
        ) as exists_from_date,
        cast(groups.dissolved_at as date) as dissolved_date,
        cast(
            least(first_spans.first_span_at, first_events.first_message_at) as date
        ) as first_seen_date,
        groups.group_id is not null as is_registered
    from group_ids
    left join groups on group_ids.group_id = groups.group_id
    left join staff on groups.owner_staff_id = staff.staff_id
    left join first_spans on group_ids.group_id = first_spans.group_id
    left join first_events on group_ids.group_id = first_events.group_id
)

select * from final
