{%- set slice = slice_by(['touch_id'], touched_by=[
    changed('int_all_touches'),
    changed_people('int_all_touches', 'member_id'),
    counted_since('int_all_touches', ['touched_at', 'clicked_at']),
]) -%}
with touches as (
    select * from {{ sliced(slice, 'int_all_touches') }}
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
        touches.touch_id,
        touches.batch_id,
        {{ resolved('touches.member_id', 'identities') }} as member_id,
        touches.group_id,
        touches.touched_at,
        touches.touch_kind,
        touches.channel_id,
        touches.touch_status,
        case
            when touches.clicked_at < reporting_window.counted_before then touches.clicked_at
        end as clicked_at
    from touches
    cross join reporting_window
    left join identities on touches.member_id = identities.id_value
    where touches.touched_at < reporting_window.counted_before
),

final as (
    select
        resolved.touch_id,
        resolved.batch_id,
        resolved.member_id,
        resolved.group_id,
        resolved.touched_at,
        cast(resolved.touched_at as date) as touch_date,
        resolved.touch_kind,
        resolved.channel_id,
        resolved.touch_status,
        coalesce(resolved.touch_status not in ('unsent', 'failed'), true) as is_delivered,
        resolved.clicked_at
    from resolved
    left join non_customers on resolved.member_id = non_customers.member_id
    where non_customers.member_id is null
)

select * from final
