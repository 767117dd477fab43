with files as (
    select * from {{ source('raw', 'files') }}
    where status = 'landed'
),

final as (
    select
        system,
        entity,
        path,
        load_seq,
        cast(landed_at as date) as landed_date,
        accepted,
        rejected,
        rows_late,
        unknown_columns
    from files
)

select * from final
