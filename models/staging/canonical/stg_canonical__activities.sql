with source as (
    select *
    from {{ source('raw', 'canonical__activities') }}
),

final as (
    select
        activity_id,
        activity_name,
        activity_type,
        group_id,
        cast(started_at as timestamp) as started_at,
        cast(ended_at as timestamp) as ended_at,
        cast(cost_amount as decimal(18, 2)) as cost_amount,
        topic_keywords,
        system,
        load_seq,
        line,
        landed_at
    from source
)

select * from final
