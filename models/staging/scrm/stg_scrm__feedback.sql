with iyque_complaints as (
    {{ last_landed(source('raw', 'scrm__iyque_complaints'), ['complaint_id']) | indent(4) }}
),

final as (
    select
        'iyque:' || complaint_id as feedback_id,
        'complaint' as feedback_kind,
        cast(complained_at as timestamp) as opened_at,
        cast(null as varchar) as member_id,
        cast(null as varchar) as group_id,
        handle_we_user_id as staff_id,
        cast(null as bigint) as score,
        cast(handled_at as timestamp) as closed_at,
        system,
        load_seq,
        line,
        landed_at
    from iyque_complaints
)

select * from final
