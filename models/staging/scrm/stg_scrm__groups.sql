with mochat_rooms as (
    {{ last_landed(source('raw', 'scrm__mochat_rooms'), ['chat_id']) | indent(4) }}
),

mochat_employees as (
    {{ last_landed(source('raw', 'scrm__mochat_employees'), ['employee_id']) | indent(4) }}
),

linkwechat_groups as (
    {{ last_landed(source('raw', 'scrm__linkwechat_groups'), ['chat_id']) | indent(4) }}
),

openscrm_groups as (
    {{ last_landed(source('raw', 'scrm__openscrm_groups'), ['ext_chat_id']) | indent(4) }}
),

from_mochat as (
    select
        mochat_rooms.chat_id as group_id,
        mochat_rooms.group_name,
        coalesce(
            mochat_employees.wx_user_id, 'mochat:' || mochat_rooms.owner_id
        ) as owner_staff_id,
        mochat_rooms.opened_at as created_at,
        mochat_rooms.deleted_at as dissolved_at,
        mochat_rooms.system,
        mochat_rooms.load_seq,
        mochat_rooms.line,
        mochat_rooms.landed_at
    from mochat_rooms
    left join mochat_employees on mochat_rooms.owner_id = mochat_employees.employee_id
),

from_linkwechat as (
    select
        chat_id as group_id,
        group_name,
        owner as owner_staff_id,
        opened_at as created_at,
        cast(null as varchar) as dissolved_at,
        system,
        load_seq,
        line,
        landed_at
    from linkwechat_groups
),

from_openscrm as (
    select
        ext_chat_id as group_id,
        group_name,
        owner as owner_staff_id,
        opened_at as created_at,
        -- its status says that a group is dissolved, but not when
        cast(null as varchar) as dissolved_at,
        system,
        load_seq,
        line,
        landed_at
    from openscrm_groups
),

united as (
    select * from from_mochat
    union all
    select * from from_linkwechat
    union all
    select * from from_openscrm
),

final as (
    select
        group_id,
        group_name,
        'wecom' as platform,
        cast(null as varchar) as group_type,
        cast(null as boolean) as is_flash,
        cast(null as varchar) as stage,
        owner_staff_id,
        cast(created_at as timestamp) as created_at,
        cast(dissolved_at as timestamp) as dissolved_at,
        system,
        load_seq,
        line,
        landed_at
    from united
)

select * from final
