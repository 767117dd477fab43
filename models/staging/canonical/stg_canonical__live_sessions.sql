with source as (
    select *
    from {{ source('raw', 'canonical__live_sessions') }}
),

final as (
    select
        live_id,
        live_name,
        cast(started_at as timestamp) as started_at,
        cast(ended_at as timestamp) as ended_at,
        cast(viewers as bigint) as viewers,
        cast(comments as bigint) as comments,
        cast(gmv_amount as decimal(18, 2)) as gmv_amount,
        system,
        load_seq,
        line,
        landed_at
    from source
)

select * from final
