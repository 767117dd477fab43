with callbacks as (
    select * from {{ source('raw', 'wecom__group_changes') }}
    where change_type = 'update' and update_detail in ('add_member', 'del_member')
),

scenes as (
    select * from {{ ref('wecom_callback_scenes') }}
),

-- older deliveries name nobody: they stay in raw and make no row here
members as (
    select
        chat_id as group_id,
        {{ unnest_list(json_list('members')) }} as named,
        case update_detail when 'add_member' then 'join' else 'leave' end as event_type,
        cast(occurred_at as timestamp) as occurred_at,
        cast(join_scene as integer) as join_scene,
        case quit_scene when '0' then 'self' when '1' then 'removed' else quit_scene end
            as leave_reason,
        system,
        load_seq,
        line,
        landed_at
    from callbacks
),

named as (
    select
        *,
        trim(named) as member_id
    from members
    where trim(named) <> ''
),

last_landed as (
    {{ last_landed('named', ['group_id', 'member_id', 'event_type', 'occurred_at']) | indent(4) }}
),

final as (
    select
        last_landed.group_id,
        last_landed.member_id,
        last_landed.event_type,
        last_landed.occurred_at,
        case
            when last_landed.event_type = 'join'
                then coalesce(scenes.scene, cast(last_landed.join_scene as varchar))
        end as scene,
        case when last_landed.event_type = 'leave' then last_landed.leave_reason end
            as leave_reason,
        last_landed.system,
        last_landed.load_seq,
        last_landed.line,
        last_landed.landed_at
    from last_landed
    left join scenes on last_landed.join_scene = scenes.code
)

select * from final
