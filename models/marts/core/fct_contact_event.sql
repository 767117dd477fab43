with contact_events as (
    select * from {{ ref('int_contact_events') }}
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
