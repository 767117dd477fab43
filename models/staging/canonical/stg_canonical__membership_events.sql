with source as (
    select *
    from {{ source('raw', 'canonical__membership_events') }}
),

last_landed as (
    {{ last_landed('source', ['group_id', 'member_id', 'event_type', 'occurred_at']) | indent(4) }}
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
        system,
        load_seq,
        line,
        landed_at
    from last_landed
)

select * from final
