with source as (
    select *
    from {{ source('raw', 'canonical__message_actions') }}
),

last_landed as (
    {{ last_landed('source', ['message_id', 'actor_id', 'action', 'occurred_at']) | indent(4) }}
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
    from last_landed
)

select * from final
