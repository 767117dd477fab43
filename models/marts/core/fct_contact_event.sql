{%- set slice = slice_by(['contact_event_id'], touched_by=[
    changed('int_contact_events'),
]) -%}
with contact_events as (
    select * from {{ sliced(slice, 'int_contact_events') }}
),

final as (
    select
        contact_event_id,
        staff_id,
        member_id,
        event_type,
        occurred_at,
        occurred_date,
        add_way,
        channel_id
    from contact_events
)

select * from final
