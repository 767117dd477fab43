with members as (
    select * from {{ ref('int_all_members') }}
),

identities as (
    select * from {{ ref('int_identities') }}
),

resolved as (
    select
        {{ resolved('members.member_id', 'identities') }} as person_id,
        members.*
    from members
    left join identities on members.member_id = identities.id_value
),

ranked as (
    select
        *,
        row_number() over (
            partition by person_id
            order by
                case when member_id = person_id then 0 else 1 end,
                load_seq desc,
                line desc
        ) as person_rank
    from resolved
),

final as (
    select
        person_id as member_id,
        member_type,
        unionid,
        phone_key,
        gender,
        {{ mask_phones('city') }} as city,
        birthday,
        first_seen_at
    from ranked
    where person_rank = 1
)

select * from final
