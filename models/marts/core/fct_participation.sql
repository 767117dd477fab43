with participations as (
    select * from {{ ref('int_participations') }}
    where is_customer
),

final as (
    select
        participation_id,
        activity_id,
        member_id,
        participated_at,
        participated_date,
        group_id,
        action
    from participations
)

select * from final
