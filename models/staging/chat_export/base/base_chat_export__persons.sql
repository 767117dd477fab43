with messages as (
    select * from {{ ref('base_chat_export__messages') }}
),

-- the list of contacts holds groups and official accounts too
named as (
    select
        username as person_id,
        1 as is_listed,
        system,
        load_seq,
        line,
        landed_at
    from {{ source('raw', 'chat_export__chatlog_contacts') }}
    where username not like '%@chatroom' and username not like 'gh_%'

    union all

    select
        platform_id as person_id,
        1 as is_listed,
        system,
        load_seq,
        line,
        landed_at
    from {{ source('raw', 'chat_export__chatlab_members') }}

    union all

    select
        platform_id as person_id,
        1 as is_listed,
        system,
        load_seq,
        line,
        landed_at
    from {{ source('raw', 'chat_export__chatlab_line_members') }}

    union all

    select
        sender_id as person_id,
        0 as is_listed,
        system,
        load_seq,
        line,
        landed_at
    from messages
    where sender_id is not null
),

ranked as (
    select
        *,
        row_number() over (
            partition by person_id
            order by is_listed desc, load_seq desc, line desc
        ) as person_rank
    from named
),

final as (
    select
        person_id,
        is_listed = 1 as is_listed,
        system,
        load_seq,
        line,
        landed_at
    from ranked
    where person_rank = 1
)

select * from final
