with contacts as (
    select * from {{ source('raw', 'wecom__contacts') }}
),

follows as (
    select * from {{ source('raw', 'wecom__contact_follows') }}
),

group_members as (
    select * from {{ source('raw', 'wecom__group_members') }}
    where member_type = '2'
),

newest_contacts as (
    {{ last_landed('contacts', ['external_userid']) | indent(4) }}
),

-- the newest answer lists all phones that the staff member has noted
newest_follows as (
    select *
    from (
        select
            *,
            row_number() over (
                partition by external_userid, userid
                order by snapshot_at desc nulls last, followed_at desc, load_seq desc, line desc
            ) as answer_rank
        from follows
    ) as ranked
    where answer_rank = 1
),

last_seen as (
    select
        userid,
        max(snapshot_at) as snapshot_at
    from group_members
    group by userid
),

seen_last as (
    select group_members.*
    from group_members
    inner join last_seen
        on
            group_members.userid = last_seen.userid
            and group_members.snapshot_at = last_seen.snapshot_at
),

newest_members as (
    {{ last_landed('seen_last', ['userid']) | indent(4) }}
),

statements as (
    select
        external_userid as account_id,
        unionid,
        cast(null as varchar) as phone_key,
        system,
        load_seq,
        line,
        landed_at
    from newest_contacts

    union all

    select
        userid as account_id,
        unionid,
        null as phone_key,
        system,
        load_seq,
        line,
        landed_at
    from newest_members
    {% for number in range(1, 6) %}

    union all

    select
        external_userid as account_id,
        null as unionid,
        mobile_{{ number }}_key as phone_key,
        system,
        load_seq,
        line,
        landed_at
    from newest_follows
    {% if number > 1 %}
    where mobile_{{ number }}_key is not null
    {% endif %}
    {% endfor %}
),

last_stated as (
    {{ last_landed('statements', ['account_id', 'unionid', 'phone_key']) | indent(4) }}
),

-- who states nothing has one empty row, anybody else none
counted as (
    select
        *,
        count(coalesce(unionid, phone_key)) over (partition by account_id) as statement_count
    from last_stated
),

final as (
    select
        account_id,
        'external_userid' as id_type,
        unionid,
        phone_key,
        system,
        load_seq,
        line,
        landed_at
    from counted
    where statement_count = 0 or unionid is not null or phone_key is not null
)

select * from final
