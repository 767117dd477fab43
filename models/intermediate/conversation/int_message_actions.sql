{%- set slice = slice_by(['action', 'occurred_at'], touched_by=[
    changed('int_all_message_actions'),
    changed('int_all_messages', key='message_id', via='int_all_message_actions'),
    changed_people('int_all_message_actions', 'actor_id'),
    counted_since('int_all_message_actions', ['occurred_at']),
]) -%}
with message_actions as (
    select * from {{ sliced(slice, 'int_all_message_actions') }}
),

messages as (
    select
        message_id,
        group_id
    from {{ ref('int_all_messages') }}
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
        {{ surrogate_key([
            'message_actions.message_id', 'message_actions.actor_id',
            'message_actions.action', 'message_actions.occurred_at',
        ]) }} as message_action_id,
        message_actions.message_id,
        {{ resolved('message_actions.actor_id', 'identities') }} as member_id,
        coalesce(message_actions.group_id, messages.group_id) as group_id,
        message_actions.action,
        message_actions.occurred_at
    from message_actions
    cross join reporting_window
    left join messages on message_actions.message_id = messages.message_id
    left join identities on message_actions.actor_id = identities.id_value
    where message_actions.occurred_at < reporting_window.counted_before
),

final as (
    select
        resolved.message_action_id,
        resolved.message_id,
        resolved.member_id,
        resolved.group_id,
        resolved.action,
        resolved.occurred_at,
        cast(resolved.occurred_at as date) as action_date
    from resolved
    left join non_customers on resolved.member_id = non_customers.member_id
    where non_customers.member_id is null
)

select * from final
