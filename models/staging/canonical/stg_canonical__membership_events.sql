with source as (
    select *
    from {{ source('raw', 'canonical__membership_events') }}
),

final as (
    select
        group_id,
        member_id,
        event_type,
        cast(occurred_at as timestamp) as occurred_at,
        scene,
        channel_id,
        script_id,
        inviter_id,
        leave_reason,
        'exact' as occurred_at_precision,
        system,
        load_seq,
        line,
        landed_at
    from source
)

select * from final
