with live_sessions as (
    select * from {{ ref('int_all_live_sessions') }}
),

reporting_window as (
    select * from {{ ref('int_reporting_window') }}
),

final as (
    select
        live_sessions.live_id,
        {{ mask_phones('live_sessions.live_name') }} as live_name,
        live_sessions.started_at,
        case
            when live_sessions.ended_at < reporting_window.counted_before
                then live_sessions.ended_at
        end as ended_at,
        live_sessions.viewers,
        live_sessions.comments,
        live_sessions.gmv_amount
    from live_sessions
    cross join reporting_window
    where live_sessions.started_at < reporting_window.counted_before
)

select * from final
