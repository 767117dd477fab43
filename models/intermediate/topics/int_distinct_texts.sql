with messages as (
    select * from {{ ref('int_group_messages') }}
    where is_valid and text_key is not null
),

final as (
    select
        text_key,
        min(message_id) as message_id
    from messages
    group by text_key
)

select * from final
