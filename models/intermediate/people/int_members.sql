{%- set slice = slice_by(['member_id'], touched_by=[
    changed('int_all_members'),
    changed('int_identities'),
    changed('int_identities', ['id_value']),
    changed_together(
        'int_all_members',
        'int_identities',
        on='one.member_id = other.id_value',
        columns=['other.member_id'],
    ),
]) -%}
with members as (
    select * from {{ sliced_by_ids(slice, 'int_all_members', ['member_id']) }}
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
        case when member_id = person_id then 0 else 1 end as is_alias,
        row_number() over (
            partition by person_id, system
            order by
                case when member_id = person_id then 0 else 1 end,
                load_seq desc,
                line desc
        ) as row_rank
    from resolved
),

-- one row of a system counts (R2); what it does not say, another system may
of_each_system as (
    select
        person_id,
        {% for column in [
            'member_type', 'unionid', 'phone_key', 'gender', 'city', 'birthday', 'first_seen_at'
        ] %}
        {{ first_known(column) }} over (
            partition by person_id
            order by is_alias, load_seq desc, line desc
            rows between unbounded preceding and unbounded following
        ) as {{ column }},
        {% endfor %}
        row_number() over (
            partition by person_id
            order by is_alias, load_seq desc, line desc
        ) as system_rank
    from ranked
    where row_rank = 1
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
    from of_each_system
    where system_rank = 1
)

select * from final
