with follows as (
    select * from {{ source('raw', 'wecom__contact_follows') }}
),

callbacks as (
    select * from {{ source('raw', 'wecom__contact_changes') }}
),

acquired as (
    select * from {{ source('raw', 'wecom__acquisition_customers') }}
),

add_ways as (
    select * from {{ ref('wecom_add_ways') }}
),

newest_follows as (
    {{ last_landed('follows', ['external_userid', 'userid', 'followed_at']) | indent(4) }}
),

newest_callbacks as (
    {{ last_landed(
        'callbacks', ['external_userid', 'userid', 'change_type', 'occurred_at'],
    ) | indent(4) }}
),

links as (
    {{ last_landed('acquired', ['external_userid', 'userid']) | indent(4) }}
),

adds as (
    select
        userid,
        external_userid,
        cast(followed_at as timestamp) as occurred_at,
        cast(add_way as integer) as add_way,
        state,
        system,
        load_seq,
        line,
        landed_at
    from newest_follows
),

-- a customer who is handed over to a colleague was not deleted by anybody
changes as (
    select
        userid,
        external_userid,
        case change_type
            when 'add_external_contact' then 'add'
            when 'del_external_contact' then 'staff_delete'
            when 'del_follow_user' then 'customer_delete'
        end as event_type,
        cast(occurred_at as timestamp) as occurred_at,
        state,
        system,
        load_seq,
        line,
        landed_at
    from newest_callbacks
    where
        change_type in ('add_external_contact', 'del_external_contact', 'del_follow_user')
        and (source is null or source <> 'DELETE_BY_TRANSFER')
),

-- an add that the contact's own record tells is told there with the way
events as (
    select
        userid,
        external_userid,
        'add' as event_type,
        occurred_at,
        add_way,
        state,
        system,
        load_seq,
        line,
        landed_at
    from adds

    union all

    select
        changes.userid,
        changes.external_userid,
        changes.event_type,
        changes.occurred_at,
        null as add_way,
        changes.state,
        changes.system,
        changes.load_seq,
        changes.line,
        changes.landed_at
    from changes
    where
        changes.event_type <> 'add'
        or not exists (
            select 1
            from adds
            where
                adds.userid = changes.userid
                and adds.external_userid = changes.external_userid
                and {{ wecom_same_event('changes.occurred_at', 'adds.occurred_at') }}
        )
),

final as (
    select
        events.userid as staff_id,
        events.external_userid as member_id,
        events.event_type,
        events.occurred_at,
        case
            when add_ways.code is null then cast(events.add_way as varchar)
            else add_ways.add_way
        end as add_way,
        case
            when events.event_type = 'add'
                then coalesce({{ wecom_channel('events.state') }}, links.state)
        end as channel_id,
        events.system,
        events.load_seq,
        events.line,
        events.landed_at
    from events
    left join add_ways on events.add_way = add_ways.code
    left join links
        on events.userid = links.userid and events.external_userid = links.external_userid
)

select * from final
