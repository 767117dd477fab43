with activities as (
    select * from {{ ref('int_activities') }}
),

final as (
    select
        activity_id,
        activity_name,
        activity_type,
        group_id,
        started_at,
        ended_at,
        effective_ended_at,
        cost_amount,
        topic_keywords
    from activities
)

select * from final
