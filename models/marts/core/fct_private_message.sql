{%- set slice = slice_by(['message_id'], touched_by=[
    changed('int_private_messages'),
]) -%}
with private_messages as (
    select * from {{ sliced(slice, 'int_private_messages') }}
),

final as (
    select
        message_id,
        staff_id,
        member_id,
        is_from_staff,
        sent_at,
        sent_date,
        message_type
    from private_messages
)

select * from final
