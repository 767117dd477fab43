with landings as (
    select * from {{ ref('fct_landing') }}
),

final as (
    select
        system,
        entity,
        landed_date,
        files,
        rows_read,
        rows_accepted,
        rows_rejected,
        rows_duplicate,
        rows_late,
        unknown_columns,
        unmatched_member_rate
    from landings
)

select * from final
