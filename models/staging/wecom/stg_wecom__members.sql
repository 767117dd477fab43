with contacts as (
    select * from {{ source('raw', 'wecom__contacts') }}
),

follows as (
    select * from {{ source('raw', 'wecom__contact_follows') }}
),

groups as (
    select * from {{ source('raw', 'wecom__groups') }}
),

-- daily snapshots name everybody every day: one row each before any window
group_members as (
    select
        userid,
        max(member_type) as member_type,
        max(unionid) as unionid,
        system,
        max(load_seq) as load_seq,
        max(line) as line,
        max(landed_at) as landed_at
    from {{ source('raw', 'wecom__group_members') }}
    group by userid, system
),

group_changes as (
    select
        *,
        {{ unnest_list(json_list('members')) }} as member_id
    from {{ source('raw', 'wecom__group_changes') }}
),

messages as (
    select * from {{ source('raw', 'wecom__messages') }}
),

-- of a contact that nothing else names nothing is known, so no row stands for him (R2)
named_elsewhere as (
    select
        trim(member_id) as member_id,
        system,
        load_seq,
        line,
        landed_at
    from group_changes
    where trim(member_id) <> '' and not {{ wecom_is_external('trim(member_id)') }}

    union all

    select
        sender_id as member_id,
        system,
        max(load_seq) as load_seq,
        max(line) as line,
        max(landed_at) as landed_at
    from messages
    where not {{ wecom_is_external('sender_id') }}
    group by sender_id, system
),

-- what WeCom says somebody is goes before what the form of an id suggests
mentions as (
    select
        external_userid as member_id,
        1 as source_rank,
        'customer' as member_type,
        unionid,
        cast(null as varchar) as phone_key,
        case gender when '0' then 'unknown' when '1' then 'male' when '2' then 'female' end
            as gender,
        cast(null as timestamp) as followed_at,
        system,
        load_seq,
        line,
        landed_at
    from contacts

    union all

    select
        external_userid as member_id,
        2 as source_rank,
        'customer' as member_type,
        null as unionid,
        coalesce(mobile_1_key, mobile_2_key, mobile_3_key, mobile_4_key, mobile_5_key)
            as phone_key,
        null as gender,
        cast(followed_at as timestamp) as followed_at,
        system,
        load_seq,
        line,
        landed_at
    from follows

    union all

    select
        userid as member_id,
        3 as source_rank,
        case
            when member_type = '2' then 'customer'
            when userid like 'wb%' then 'bot'
            else 'staff'
        end as member_type,
        unionid,
        null as phone_key,
        null as gender,
        null as followed_at,
        system,
        load_seq,
        line,
        landed_at
    from group_members

    union all

    select
        userid as member_id,
        4 as source_rank,
        'staff' as member_type,
        null as unionid,
        null as phone_key,
        null as gender,
        null as followed_at,
        system,
        load_seq,
        line,
        landed_at
    from follows

    union all

    select
        owner as member_id,
        4 as source_rank,
        'staff' as member_type,
        null as unionid,
        null as phone_key,
        null as gender,
        null as followed_at,
        system,
        load_seq,
        line,
        landed_at
    from groups
    where owner is not null

    union all

    select
        member_id,
        5 as source_rank,
        case when member_id like 'wb%' then 'bot' else 'staff' end as member_type,
        null as unionid,
        null as phone_key,
        null as gender,
        null as followed_at,
        system,
        load_seq,
        line,
        landed_at
    from named_elsewhere
),

ranked as (
    select
        *,
        max(unionid) over (partition by member_id) as any_unionid,
        max(phone_key) over (partition by member_id) as any_phone_key,
        min(followed_at) over (partition by member_id) as first_followed_at,
        row_number() over (
            partition by member_id
            order by source_rank, load_seq desc, line desc
        ) as mention_rank
    from mentions
),

final as (
    select
        member_id,
        member_type,
        coalesce(unionid, any_unionid) as unionid,
        any_phone_key as phone_key,
        gender,
        cast(null as varchar) as city,
        cast(null as date) as birthday,
        first_followed_at as first_seen_at,
        system,
        load_seq,
        line,
        landed_at
    from ranked
    where mention_rank = 1
)

select * from final
