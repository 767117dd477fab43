{%- set systems = [
    'canonical',
    'chat_export',
    'wecom',
    'scrm',
    'youzan',
    'kuaituantuan',
    'weixin_shop',
] -%}
with accounts as (
    {% for system in systems %}
    select * from {{ ref('stg_' ~ system ~ '__accounts') }}
    {% if not loop.last %}

    union all
    {% endif %}
    {% endfor %}
),

stated_identities as (
    select * from {{ ref('int_stated_identities') }}
),

identity_types as (
    select * from {{ ref('identity_types') }}
),

final as (
    select
        accounts.id_type,
        accounts.account_id,
        accounts.unionid,
        accounts.phone_key,
        coalesce(stated_identities.system, accounts.system) as stated_by,
        coalesce(stated_identities.landed_date, cast(accounts.landed_at as date)) as landed_date,
        identity_types.naming_order,
        coalesce(stated_identities.member_id, accounts.account_id) as person_id,
        stated_identities.member_id is not null as is_stated
    from accounts
    left join identity_types on accounts.id_type = identity_types.id_type
    left join stated_identities on accounts.account_id = stated_identities.id_value
)

select * from final
