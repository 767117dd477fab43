with identities as (
    select * from {{ ref('int_all_identities') }}
),

ranked as (
    select
        id_value,
        member_id,
        row_number() over (
            partition by id_value
            order by load_seq desc, line desc
        ) as landing_rank
    from identities
),

final as (
    select
        id_value,
        member_id
    from ranked
    where landing_rank = 1
)

select * from final
