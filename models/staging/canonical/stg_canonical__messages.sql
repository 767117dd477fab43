with source as (
    select *
    from {{ source('raw', 'canonical__messages') }}
),

final as (
    select
        message_id,
        group_id,
        sender_id,
        receiver_id,
        cast(sent_at as timestamp) as sent_at,
        message_type,
        content,
        reply_to_id,
        cast(recalled_at as timestamp) as recalled_at,
        system,
        load_seq,
        line,
        landed_at
    from source
)

select * from final
