with snapshots as (
    select * from {{ source('raw', 'wecom__groups') }}
),

listed as (
    select * from {{ source('raw', 'wecom__group_list') }}
),

callbacks as (
    select * from {{ source('raw', 'wecom__group_changes') }}
),

mentions as (
    select
        chat_id,
        snapshot_at,
        group_name,
        owner,
        cast(created_at as timestamp) as created_at,
        cast(null as timestamp) as called_back_at,
        cast(null as timestamp) as dismissed_at,
        system,
        load_seq,
        line,
        landed_at
    from snapshots

    union all

    select
        chat_id,
        null as snapshot_at,
        null as group_name,
        null as owner,
        null as created_at,
        null as called_back_at,
        null as dismissed_at,
        system,
        load_seq,
        line,
        landed_at
    from listed

    union all

    select
        chat_id,
        null as snapshot_at,
        null as group_name,
        null as owner,
        null as created_at,
        case change_type when 'create' then cast(occurred_at as timestamp) end as called_back_at,
        case change_type when 'dismiss' then cast(occurred_at as timestamp) end as dismissed_at,
        system,
        load_seq,
        line,
        landed_at
    from callbacks
),

-- the newest snapshot tells name and owner
ranked as (
    select
        *,
        min(called_back_at) over (partition by chat_id) as first_called_back_at,
        min(dismissed_at) over (partition by chat_id) as dissolved_at,
        row_number() over (
            partition by chat_id
            order by snapshot_at desc nulls last, load_seq desc, line desc
        ) as mention_rank
    from mentions
),

final as (
    select
        chat_id as group_id,
        group_name,
        'wecom' as platform,
        cast(null as varchar) as group_type,
        cast(null as boolean) as is_flash,
        cast(null as varchar) as stage,
        owner as owner_staff_id,
        coalesce(created_at, first_called_back_at) as created_at,
        dissolved_at,
        system,
        load_seq,
        line,
        landed_at
    from ranked
    where mention_rank = 1
)

select * from final
