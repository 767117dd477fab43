with source as (
    select *
    from {{ source('raw', 'canonical__message_actions') }}
),

final as (
    select
        message_id,
        group_id,
        actor_id,
        action,
        cast(occurred_at as timestamp) as occurred_at,
        system,
        load_seq,
        line,
        landed_at
    from source
)

select * from final
