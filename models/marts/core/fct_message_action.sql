with message_actions as (
    select * from {{ ref('int_message_actions') }}
),

final as (
    select
        message_action_id,
        message_id,
        member_id,
        group_id,
        action,
        occurred_at,
        action_date
    from message_actions
)

select * from final
