with source as (
    select *
    from {{ source('raw', 'canonical__groups') }}
),

final as (
    select
        group_id,
        group_name,
        platform,
        group_type,
        cast(is_flash as boolean) as is_flash,
        stage,
        owner_staff_id,
        cast(created_at as timestamp) as created_at,
        cast(dissolved_at as timestamp) as dissolved_at,
        system,
        load_seq,
        line,
        landed_at
    from source
)

select * from final
