with feedback as (
    select * from {{ ref('int_feedback') }}
),

final as (
    select
        feedback_id,
        feedback_kind,
        opened_at,
        opened_date,
        member_id,
        is_by_customer,
        group_id,
        staff_id,
        score,
        closed_at
    from feedback
)

select * from final
