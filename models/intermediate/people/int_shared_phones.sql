with accounts as (
    select * from {{ ref('int_accounts') }}
),

persons as (
    select * from {{ ref('int_account_persons') }}
),

shared_unionids as (
    select * from {{ ref('int_shared_unionids') }}
    where joined_person_id is not null
),

-- what canonical members alone state joins nobody (R2)
joining as (
    select distinct phone_key -- many accounts state one
    from accounts
    where phone_key is not null and id_type <> 'member_id'
),

by_unionid as (
    select
        persons.*,
        coalesce(shared_unionids.joined_person_id, persons.person_id) as joined_person_id
    from persons
    left join shared_unionids on persons.person_id = shared_unionids.person_id
),

stating as (
    select
        accounts.phone_key,
        by_unionid.joined_person_id
    from accounts
    inner join joining on accounts.phone_key = joining.phone_key
    inner join by_unionid on accounts.person_id = by_unionid.person_id
),

-- the persons that unionids have made; they are called by one of theirs
joined_persons as (
    select
        joined_person_id as person_id,
        min(naming_order) as naming_order,
        max(is_contact) as is_contact,
        min(first_unionid) as first_unionid,
        max(last_unionid) as last_unionid
    from by_unionid
    where joined_person_id in (select stating.joined_person_id from stating)
    group by joined_person_id
),

-- a person states it once, whatever the number of accounts
stated as (
    select distinct
        stating.phone_key,
        joined_persons.*
    from stating
    inner join joined_persons on stating.joined_person_id = joined_persons.person_id
),

phones as (
    select
        phone_key,
        {{ join_text('person_id', ',', 'person_id') }} as person_ids,
        count(*) > 5
        or sum(is_contact) > 1
        or sum(case when naming_order = 1 then 1 else 0 end) > 1
        or min(first_unionid) <> max(last_unionid) as is_of_two_people
    from stated
    group by phone_key
    having count(*) > 1
),

-- phones that lead a person to the same people say one thing
led as (
    select
        stated.*,
        phones.is_of_two_people,
        min(phones.person_ids) over (partition by stated.person_id, phones.is_of_two_people)
        <> max(phones.person_ids) over (partition by stated.person_id, phones.is_of_two_people)
            as is_led_to_two_people
    from stated
    inner join phones on stated.phone_key = phones.phone_key
),

judged as (
    select
        *,
        case
            when is_of_two_people then 'phone_of_two_people'
            when is_led_to_two_people then 'two_phones_two_people'
        end as conflict_reason
    from led
),

final as (
    select
        person_id,
        phone_key,
        conflict_reason,
        case
            when conflict_reason is null
                then first_value(person_id) over (
                    partition by phone_key, conflict_reason
                    order by naming_order, person_id
                )
        end as joined_person_id
    from judged
)

select * from final
