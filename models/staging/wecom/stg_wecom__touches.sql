with result_source as (
    select *
    from {{ source('raw', 'wecom__mass_send_results') }}
    where member_id is not null
),

task_source as (
    select *
    from {{ source('raw', 'wecom__mass_send_tasks') }}
),

batch_source as (
    select *
    from {{ source('raw', 'wecom__mass_sends') }}
),

results as (
    {{ last_landed(
        'result_source', ['batch_id', 'staff_id', 'member_id', 'group_id']
    ) | indent(4) }}
),

tasks as (
    {{ last_landed('task_source', ['batch_id', 'staff_id']) | indent(4) }}
),

batches as (
    {{ last_landed('batch_source', ['batch_id']) | indent(4) }}
),

final as (
    select
        results.batch_id || '|' || results.staff_id || '|' || results.member_id
        || case when results.group_id is null then '' else '|' || results.group_id end as touch_id,
        results.batch_id,
        results.member_id,
        results.group_id,
        -- what was not sent has no time of its own
        cast(coalesce(results.sent_at, tasks.sent_at, batches.created_at) as timestamp)
            as touched_at,
        case when results.group_id is null then 'mass_message' else 'group_content' end
            as touch_kind,
        cast(null as varchar) as channel_id,
        case results.status
            when '0' then 'unsent'
            when '1' then 'delivered'
            when '2' then 'failed'
            when '3' then 'failed'
        end as touch_status,
        cast(null as timestamp) as clicked_at,
        results.system,
        results.load_seq,
        results.line,
        results.landed_at
    from results
    left join tasks
        on results.batch_id = tasks.batch_id and results.staff_id = tasks.staff_id
    left join batches on results.batch_id = batches.batch_id
)

select * from final
