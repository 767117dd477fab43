with files as (
    select * from {{ source('raw', 'files') }}
    where status = 'landed'
),

open_rejects as (
    select
        load_seq,
        count(*) as rows_open
    from {{ source('raw', 'rejected_rows') }}
    where mended_by is null
    group by load_seq
),

final as (
    select
        files.system,
        files.entity,
        files.path,
        files.load_seq,
        cast(files.landed_at as date) as landed_date,
        files.accepted,
        files.rejected,
        coalesce(open_rejects.rows_open, 0) as rejected_open,
        files.rows_late,
        files.unknown_columns
    from files
    left join open_rejects on files.load_seq = open_rejects.load_seq
)

select * from final
