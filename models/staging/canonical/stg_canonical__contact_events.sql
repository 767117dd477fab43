with source as (
    select *
    from {{ source('raw', 'canonical__contact_events') }}
),

last_landed as (
    {{ last_landed('source', ['staff_id', 'member_id', 'event_type', 'occurred_at']) | indent(4) }}
),

final as (
    select
        staff_id,
        member_id,
        event_type,
        cast(occurred_at as timestamp) as occurred_at,
        add_way,
        channel_id,
        system,
        load_seq,
        line,
        landed_at
    from last_landed
)

select * from final
