{%- set slice = slice_by(['staff_id', 'event_type', 'occurred_at'], touched_by=[
    changed('int_all_contact_events'),
    changed('int_identities', via='int_all_contact_events', key='id_value', on='member_id'),
    counted_since('int_all_contact_events', ['occurred_at']),
]) -%}
with contact_events as (
    select * from {{ sliced(slice, 'int_all_contact_events') }}
),

identities as (
    select * from {{ ref('int_identities') }}
),

reporting_window as (
    select * from {{ ref('int_reporting_window') }}
),

final as (
    select
        {{ surrogate_key([
            'contact_events.staff_id', 'contact_events.member_id',
            'contact_events.event_type', 'contact_events.occurred_at',
        ]) }} as contact_event_id,
        contact_events.staff_id,
        {{ resolved('contact_events.member_id', 'identities') }} as member_id,
        contact_events.event_type,
        contact_events.occurred_at,
        cast(contact_events.occurred_at as date) as occurred_date,
        {{ mask_phones('contact_events.add_way') }} as add_way,
        contact_events.channel_id
    from contact_events
    cross join reporting_window
    left join identities on contact_events.member_id = identities.id_value
    where contact_events.occurred_at < reporting_window.counted_before
)

select * from final
