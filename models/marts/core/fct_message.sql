{%- set slice = slice_by(['group_id', 'sent_date'], touched_by=[
    changed('int_group_messages'),
]) -%}
with messages as (
    select * from {{ sliced(slice, 'int_group_messages') }}
),

final as (
    select
        message_id,
        group_id,
        member_id,
        is_customer,
        sent_at,
        sent_date,
        message_type,
        is_counted,
        is_valid,
        is_staff_message,
        character_count
    from messages
)

select * from final
