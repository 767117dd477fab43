with source as (
    select *
    from {{ source('raw', 'canonical__contact_events') }}
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
    from source
)

select * from final
