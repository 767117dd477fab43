with contacts as (
    select * from {{ ref('base_scrm__contacts') }}
),

group_people as (
    select * from {{ ref('base_scrm__group_people') }}
),

united as (
    select
        person_id as account_id,
        unionid,
        phone_key,
        system,
        load_seq,
        line,
        landed_at
    from contacts
    union all
    select
        person_id as account_id,
        unionid,
        cast(null as varchar) as phone_key,
        system,
        load_seq,
        line,
        landed_at
    from group_people
    where coalesce(member_type, '2') <> '1'
),

last_stated as (
    {{ last_landed('united', ['account_id', 'unionid', 'phone_key']) | indent(4) }}
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
    from last_stated
)

select * from final
