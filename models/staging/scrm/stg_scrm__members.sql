with contacts as (
    select * from {{ ref('base_scrm__contacts') }}
),

group_people as (
    select * from {{ ref('base_scrm__group_people') }}
),

messages as (
    select * from {{ ref('stg_scrm__messages') }}
),

groups as (
    select * from {{ ref('stg_scrm__groups') }}
),

-- whom customers are contacts of, who owns groups, and who speaks without being external
colleagues as (
    select
        staff_id as person_id,
        system,
        load_seq,
        line,
        landed_at
    from contacts
    where staff_id is not null
    union all
    select
        owner_staff_id as person_id,
        system,
        load_seq,
        line,
        landed_at
    from groups
    where owner_staff_id is not null
    union all
    select
        sender_id as person_id,
        system,
        load_seq,
        line,
        landed_at
    from messages
    where not {{ wecom_is_external('sender_id') }}
),

-- a list of contacts says more of a person than a list of a group's members
united as (
    select
        2 as weight,
        person_id,
        'customer' as member_type,
        unionid,
        phone_key,
        gender,
        added_at,
        system,
        load_seq,
        line,
        landed_at
    from contacts
    union all
    select
        1 as weight,
        person_id,
        case when member_type = '1' then 'staff' else 'customer' end as member_type,
        unionid,
        cast(null as varchar) as phone_key,
        cast(null as varchar) as gender,
        cast(null as varchar) as added_at,
        system,
        load_seq,
        line,
        landed_at
    from group_people
    union all
    select
        0 as weight,
        person_id,
        case when person_id like 'wb%' then 'bot' else 'staff' end as member_type,
        cast(null as varchar) as unionid,
        cast(null as varchar) as phone_key,
        cast(null as varchar) as gender,
        cast(null as varchar) as added_at,
        system,
        load_seq,
        line,
        landed_at
    from colleagues
),

ranked as (
    select
        *,
        min(added_at) over (partition by person_id) as first_added_at,
        row_number() over (
            partition by person_id
            order by weight desc, load_seq desc, line desc
        ) as person_rank
    from united
),

final as (
    select
        person_id as member_id,
        member_type,
        unionid,
        phone_key,
        case gender when '1' then 'male' when '2' then 'female' end as gender,
        cast(null as varchar) as city,
        cast(null as date) as birthday,
        cast(first_added_at as timestamp) as first_seen_at,
        system,
        load_seq,
        line,
        landed_at
    from ranked
    where person_rank = 1
)

select * from final
