with account_members as (
    select * from {{ ref('int_account_members') }}
),

stated_identities as (
    select * from {{ ref('int_stated_identities') }}
),

identities as (
    select * from {{ ref('int_identities') }}
),

landed_accounts as (
    select distinct -- an id may be an account of two kinds
        stated_identities.id_type,
        stated_identities.written_id
    from stated_identities
    inner join account_members on stated_identities.id_value = account_members.account_id
),

-- manual rows about accounts that no system has, in their own words; contact data is no account
without_account as (
    select
        stated_identities.id_type,
        stated_identities.id_value,
        identities.member_id,
        stated_identities.system as stated_by,
        stated_identities.landed_date
    from stated_identities
    inner join identities on stated_identities.id_value = identities.id_value
    left join landed_accounts
        on
            stated_identities.id_type = landed_accounts.id_type
            and stated_identities.written_id = landed_accounts.written_id
    where
        stated_identities.id_value = stated_identities.written_id
        and landed_accounts.written_id is null
        and stated_identities.id_type <> 'unionid'
        and not {{ matches('stated_identities.id_value', '1[3-9][0-9]{9}') }}
),

united as (
    select
        id_type,
        account_id as id_value,
        member_id,
        rule,
        stated_by,
        landed_date,
        conflict_reason
    from account_members

    union all

    select
        id_type,
        id_value,
        member_id,
        'manual' as rule,
        stated_by,
        landed_date,
        null as conflict_reason
    from without_account
),

final as (
    select
        id_type,
        id_value,
        member_id,
        rule,
        cast(
            case rule when 'unionid' then 0.99 when 'phone' then 0.9 else 1 end as decimal(3, 2)
        ) as confidence,
        stated_by,
        landed_date,
        conflict_reason is not null as is_conflict,
        conflict_reason
    from united
)

select * from final
