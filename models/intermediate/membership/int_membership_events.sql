{%- set slice = slice_by(['group_id', 'occurred_at'], touched_by=[
    changed('int_all_membership_events'),
    changed_people('int_all_membership_events', ['member_id', 'inviter_id']),
    counted_since('int_all_membership_events', ['occurred_at']),
]) -%}
with events as (
    select * from {{ sliced(slice, 'int_all_membership_events') }}
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
        events.group_id,
        {{ resolved('events.member_id', 'members') }} as member_id,
        events.event_type,
        events.occurred_at,
        {{ mask_phones('events.scene') }} as scene,
        events.channel_id,
        events.script_id,
        {{ resolved('events.inviter_id', 'inviters') }} as inviter_id,
        {{ mask_phones('events.leave_reason') }} as leave_reason,
        events.occurred_at_precision
    from events
    cross join reporting_window
    left join identities as members on events.member_id = members.id_value
    left join identities as inviters on events.inviter_id = inviters.id_value
    where events.occurred_at < reporting_window.counted_before
),

final as (
    select
        resolved.*,
        non_customers.member_id is null as is_customer
    from resolved
    left join non_customers on resolved.member_id = non_customers.member_id
)

select * from final
