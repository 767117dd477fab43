{%- set slice = slice_by(['member_id', 'staff_id'], touched_by=[
    changed('int_response_turns'),
]) -%}
with turns as (
    select * from {{ sliced(slice, 'int_response_turns') }}
),

final as (
    select
        member_id,
        staff_id,
        opened_at,
        opening_message_id,
        opened_date,
        answered_at,
        is_answered,
        response_seconds,
        coalesce(response_seconds <= {{ var('response_sla_seconds') }}, false) as is_within_sla
    from turns
)

select * from final
