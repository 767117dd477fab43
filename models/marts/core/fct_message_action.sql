{%- set slice = slice_by(['message_action_id'], touched_by=[
    changed('int_message_actions'),
]) -%}
with message_actions as (
    select * from {{ sliced(slice, 'int_message_actions') }}
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
