with touches as (
    select * from {{ ref('int_touches') }}
),

final as (
    select
        touch_id,
        batch_id,
        member_id,
        group_id,
        touched_at,
        touch_date,
        touch_kind,
        channel_id,
        touch_status,
        is_delivered,
        clicked_at
    from touches
)

select * from final
