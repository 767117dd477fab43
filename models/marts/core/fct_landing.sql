with files as (
    select * from {{ ref('int_landed_files') }}
),

kept_rows as (
    select * from {{ ref('int_kept_rows') }}
),

mentions as (
    select * from {{ ref('int_member_mentions') }}
),

members as (
    select * from {{ ref('int_members') }}
),

file_counts as (
    select
        files.system,
        files.entity,
        files.landed_date,
        count(*) as files,
        sum(files.accepted + files.rejected) as rows_read,
        sum(coalesce(kept_rows.rows_kept, 0)) as rows_accepted,
        sum(files.rejected) as rows_rejected,
        sum(files.rejected_open) as rows_open,
        sum(files.accepted - coalesce(kept_rows.rows_kept, 0)) as rows_duplicate,
        sum(files.rows_late) as rows_late,
        {{ join_text("nullif(files.unknown_columns, '')", '; ', 'files.path') }} as unknown_columns
    from files
    left join kept_rows
        on
            files.system = kept_rows.system
            and files.entity = kept_rows.entity
            and files.load_seq = kept_rows.load_seq
    group by files.system, files.entity, files.landed_date
),

mention_counts as (
    select
        mentions.system,
        mentions.entity,
        mentions.landed_date,
        count(*) as mentioned_members,
        count(*) - count(members.member_id) as unmatched_members
    from mentions
    left join members on mentions.member_id = members.member_id
    group by mentions.system, mentions.entity, mentions.landed_date
),

final as (
    select
        file_counts.system,
        file_counts.entity,
        file_counts.landed_date,
        cast(file_counts.files as bigint) as files,
        cast(file_counts.rows_read as bigint) as rows_read,
        cast(file_counts.rows_accepted as bigint) as rows_accepted,
        cast(file_counts.rows_rejected as bigint) as rows_rejected,
        cast(file_counts.rows_open as bigint) as rows_open,
        cast(file_counts.rows_duplicate as bigint) as rows_duplicate,
        cast(file_counts.rows_late as bigint) as rows_late,
        {{ mask_phones('file_counts.unknown_columns') }} as unknown_columns,
        {{ rate('mention_counts.unmatched_members', 'mention_counts.mentioned_members') }}
            as unmatched_member_rate
    from file_counts
    left join mention_counts
        on
            file_counts.system = mention_counts.system
            and file_counts.entity = mention_counts.entity
            and file_counts.landed_date = mention_counts.landed_date
)

select * from final
