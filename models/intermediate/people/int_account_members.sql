with accounts as (
    select * from {{ ref('int_accounts') }}
),

shared_unionids as (
    select * from {{ ref('int_shared_unionids') }}
),

shared_phones as (
    select * from {{ ref('int_shared_phones') }}
),

unionid_persons as (
    select * from shared_unionids
    where joined_person_id is not null
),

-- several phones that join a person join it to the same
phone_persons as (
    select distinct
        person_id,
        joined_person_id
    from shared_phones
    where joined_person_id is not null
),

by_unionid as (
    select
        accounts.*,
        coalesce(unionid_persons.joined_person_id, accounts.person_id) as unionid_person_id
    from accounts
    left join unionid_persons on accounts.person_id = unionid_persons.person_id
),

stated as (
    select
        by_unionid.*,
        coalesce(phone_persons.joined_person_id, by_unionid.unionid_person_id) as member_id,
        shared_unionids.conflict_reason as unionid_conflict,
        shared_phones.conflict_reason as phone_conflict
    from by_unionid
    left join phone_persons on by_unionid.unionid_person_id = phone_persons.person_id
    left join shared_unionids
        on
            by_unionid.person_id = shared_unionids.person_id
            and by_unionid.unionid = shared_unionids.unionid
    left join shared_phones
        on
            by_unionid.unionid_person_id = shared_phones.person_id
            and by_unionid.phone_key = shared_phones.phone_key
),

-- of what an account states, what is newest tells where it was said
told as (
    select
        *,
        row_number() over (
            partition by id_type, account_id
            order by
                case when unionid is null and phone_key is null then 1 else 0 end,
                landed_date desc,
                stated_by
        ) as telling_rank,
        min(coalesce(unionid_conflict, phone_conflict)) over (
            partition by id_type, account_id
        ) as conflict_reason
    from stated
),

final as (
    select
        id_type,
        account_id,
        person_id,
        member_id,
        case
            when is_stated then 'manual'
            when member_id = account_id then 'own'
            when member_id = unionid_person_id then 'unionid'
            else 'phone'
        end as rule,
        stated_by,
        landed_date,
        case when not is_stated then conflict_reason end as conflict_reason
    from told
    where telling_rank = 1
)

select * from final
