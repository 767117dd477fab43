{%- do slice_by(['activity_id']) -%}
with activities as (
    select * from {{ ref('int_all_activities') }}
),

reporting_window as (
    select * from {{ ref('int_reporting_window') }}
),

known as (
    select
        activities.activity_id,
        {{ mask_phones('activities.activity_name') }} as activity_name,
        {{ mask_phones('activities.activity_type') }} as activity_type,
        activities.group_id,
        activities.started_at,
        case
            when activities.ended_at < reporting_window.counted_before then activities.ended_at
        end as ended_at,
        activities.cost_amount,
        {{ mask_phones('activities.topic_keywords') }} as topic_keywords
    from activities
    cross join reporting_window
    where activities.started_at < reporting_window.counted_before
),

final as (
    select
        *,
        coalesce(ended_at, cast({{ add_days('cast(started_at as date)', 1) }} as timestamp))
            as effective_ended_at
    from known
)

select * from final
