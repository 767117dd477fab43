with feedback as (
    select * from {{ ref('int_all_feedback') }}
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
        feedback.feedback_id,
        feedback.feedback_kind,
        feedback.opened_at,
        {{ resolved('feedback.member_id', 'identities') }} as member_id,
        feedback.group_id,
        feedback.staff_id,
        feedback.score,
        case
            when feedback.closed_at < reporting_window.counted_before then feedback.closed_at
        end as closed_at
    from feedback
    cross join reporting_window
    left join identities on feedback.member_id = identities.id_value
    where feedback.opened_at < reporting_window.counted_before
),

final as (
    select
        resolved.feedback_id,
        resolved.feedback_kind,
        resolved.opened_at,
        cast(resolved.opened_at as date) as opened_date,
        resolved.member_id,
        resolved.member_id is not null and non_customers.member_id is null as is_by_customer,
        resolved.group_id,
        resolved.staff_id,
        resolved.score,
        resolved.closed_at
    from resolved
    left join non_customers on resolved.member_id = non_customers.member_id
)

select * from final
