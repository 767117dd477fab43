with identities as (
    select * from {{ ref('int_all_identities') }}
),

identity_types as (
    select * from {{ ref('identity_types') }}
),

-- an id written without its system's prefix is that system's id too
with_prefix as (
    select
        identities.id_type,
        identities.id_value as written_id,
        identity_types.prefix || identities.id_value as id_value,
        identities.member_id,
        identities.system,
        identities.load_seq,
        identities.line,
        identities.landed_at
    from identities
    inner join identity_types
        on identities.id_type in (identity_types.id_type, identity_types.label_zh)
    where
        identity_types.prefix is not null
        and identities.id_value not like identity_types.prefix || '%'

    union all

    select
        id_type,
        id_value as written_id,
        id_value,
        member_id,
        system,
        load_seq,
        line,
        landed_at
    from identities
),

ranked as (
    select
        *,
        row_number() over (
            partition by id_value
            order by load_seq desc, line desc
        ) as landing_rank
    from with_prefix
),

final as (
    select
        id_type,
        written_id,
        id_value,
        member_id,
        system,
        cast(landed_at as date) as landed_date
    from ranked
    where landing_rank = 1
)

select * from final
