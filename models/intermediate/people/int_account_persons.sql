with accounts as (
    select * from {{ ref('int_accounts') }}
),

final as (
    select
        person_id,
        -- who is named by hand alone is a member of the canonical export
        coalesce(min(case when account_id = person_id then naming_order end), 1) as naming_order,
        max(case when id_type = 'external_userid' then 1 else 0 end) as is_contact,
        min(unionid) as first_unionid,
        max(unionid) as last_unionid
    from accounts
    group by person_id
)

select * from final
