{%- do slice_by(['id_value']) -%}
with stated_identities as (
    select * from {{ ref('int_stated_identities') }}
),

account_members as (
    select * from {{ ref('int_account_members') }}
),

-- several accounts are one person
persons as (
    select distinct
        person_id,
        member_id
    from account_members
),

-- whom a manual row names is the person that the rules make of it; no id is there twice
final as (
    select
        stated_identities.id_value,
        coalesce(persons.member_id, stated_identities.member_id) as member_id
    from stated_identities
    left join persons on stated_identities.member_id = persons.person_id

    union

    select
        account_id as id_value,
        member_id
    from account_members
    where rule in ('unionid', 'phone')
)

select * from final
