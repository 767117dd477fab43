with messages as (
    select * from {{ ref('base_chat_export__messages') }}
    where group_id is not null
),

members as (
    select
        chat as group_id,
        platform_id,
        account_name_key,
        group_nickname_key
    from {{ source('raw', 'chat_export__chatlab_members') }}

    union all

    select
        chat as group_id,
        platform_id,
        account_name_key,
        group_nickname_key
    from {{ source('raw', 'chat_export__chatlab_line_members') }}
),

names as (
    select
        group_id,
        name_key,
        sender_id as member_id
    from messages

    union all

    select
        group_id,
        other_name_key as name_key,
        sender_id as member_id
    from messages

    union all

    select
        group_id,
        account_name_key as name_key,
        platform_id as member_id
    from members

    union all

    select
        group_id,
        group_nickname_key as name_key,
        platform_id as member_id
    from members
),

-- a name that two of a group bear is nobody's
bearers as (
    select
        group_id,
        name_key,
        min(member_id) as member_id
    from names
    where name_key is not null and member_id is not null
    group by group_id, name_key
    having count(distinct member_id) = 1
),

notices as (
    select
        *,
        case
            when notice like '你将%移出%' then 'leave'
            when notice like '%加入%' then 'join'
        end as event_type,
        case
            when notice like '%通过扫描%' then split_part(notice, '通过扫描', 1)
            when notice like '%邀请%' then split_part(notice, '邀请', 2)
            else notice
        end as about,
        case
            when notice like '%通过扫描%' then split_part(notice, '通过扫描', 2)
            when notice like '%邀请%' then split_part(notice, '邀请', 1)
        end as invited_by
    from messages
    where notice like '%群聊%'
),

final as (
    select
        notices.group_id,
        bearers.member_id,
        notices.event_type,
        notices.sent_at as occurred_at,
        case
            when notices.event_type = 'leave' then null
            when notices.notice like '%通过扫描%' then 'qr'
            else 'invite'
        end as scene,
        cast(null as varchar) as channel_id,
        cast(null as varchar) as script_id,
        case
            when notices.invited_by like '你%' then notices.account_id
            else inviters.member_id
        end as inviter_id,
        case when notices.event_type = 'leave' then 'removed' end as leave_reason,
        'exact' as occurred_at_precision,
        notices.system,
        notices.load_seq,
        notices.line,
        notices.landed_at
    from notices
    inner join bearers
        on
            notices.group_id = bearers.group_id
            and notices.about like '%' || bearers.name_key || '%'
    left join bearers as inviters
        on
            notices.group_id = inviters.group_id
            and notices.invited_by like '%' || inviters.name_key || '%'
    where notices.event_type is not null
)

select * from final
