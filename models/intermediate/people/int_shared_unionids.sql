with accounts as (
    select * from {{ ref('int_accounts') }}
),

persons as (
    select * from {{ ref('int_account_persons') }}
),

-- what canonical members alone state joins nobody (R2)
joining as (
    select distinct unionid -- many accounts state one
    from accounts
    where unionid is not null and id_type <> 'member_id'
),

-- a person states it once, whatever the number of accounts
stated as (
    select distinct
        accounts.person_id,
        accounts.unionid,
        persons.naming_order,
        persons.is_contact
    from accounts
    inner join joining on accounts.unionid = joining.unionid
    inner join persons on accounts.person_id = persons.person_id
),

compared as (
    select
        *,
        count(*) over (partition by unionid) as persons,
        count(*) over (partition by person_id) as unionids,
        sum(is_contact) over (partition by unionid) as contacts,
        sum(case when naming_order = 1 then 1 else 0 end) over (partition by unionid) as members
    from stated
),

judged as (
    select
        *,
        case
            when unionids > 1 then 'account_has_two_unionids'
            when contacts > 1 or members > 1 then 'unionid_of_two_people'
        end as conflict_reason
    from compared
    where persons > 1
),

final as (
    select
        person_id,
        unionid,
        conflict_reason,
        case
            when conflict_reason is null
                then first_value(person_id) over (
                    partition by unionid, conflict_reason
                    order by naming_order, person_id
                )
        end as joined_person_id
    from judged
)

select * from final
