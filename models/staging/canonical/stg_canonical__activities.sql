with source as (
    select *
    from {{ source('raw', 'canonical__activities') }}
),

last_landed as (
    {{ last_landed('source', ['activity_id']) | indent(4) }}
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
    from last_landed
)

select * from final
