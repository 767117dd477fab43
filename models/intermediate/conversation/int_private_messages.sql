{%- set slice = slice_by(
    ['message_id'],
    touched_by=changed_messages(['message_id'])
    + [changed_ids_of('int_staff', via='int_all_messages', on=['sender_id', 'receiver_id'])],
) -%}
with messages as (
    select * from {{ sliced_messages(slice, ['message_id']) }}
    where group_id is null and message_type <> 'system' and not is_recalled
),

staff as (
    select
        staff_id,
        member_id
    from {{ ref('int_staff') }}
    where stands_for_member
),

non_customers as (
    select * from {{ ref('int_non_customers') }}
),

final as (
    select
        messages.message_id,
        messages.sent_at,
        messages.sent_date,
        messages.message_type,
        messages.sender_id as member_id,
        staff.staff_id,
        false as is_from_staff
    from messages
    inner join staff on messages.receiver_id = staff.member_id
    where messages.is_customer

    union all

    select
        messages.message_id,
        messages.sent_at,
        messages.sent_date,
        messages.message_type,
        messages.receiver_id as member_id,
        staff.staff_id,
        true as is_from_staff
    from messages
    inner join staff on messages.sender_id = staff.member_id
    left join non_customers on messages.receiver_id = non_customers.member_id
    where messages.receiver_id is not null and non_customers.member_id is null
)

select * from final
