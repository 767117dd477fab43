{#
    Members, and whom a mapped sheet names by phone: `phone:` and the phone's key (docs/sources.md, type phone).
#}
{% set mentions = [
    'contact_events', 'membership_events', 'activity_participations', 'orders', 'touches', 'feedback',
    'member_tags',
] %}

with members as (
    {{ last_landed(source('raw', 'canonical__members'), ['member_id']) | indent(4) }}
),

named_by_phone as (
    {%- for entity in mentions %}
    select
        member_id,
        system,
        load_seq,
        line,
        landed_at
    from {{ source('raw', 'canonical__' ~ entity) }}
    where member_id like 'phone:%'
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

last_named as (
    {{ last_landed('named_by_phone', ['member_id']) | indent(4) }}
),

final as (
    select
        member_id as account_id,
        'member_id' as id_type,
        unionid,
        phone_key,
        system,
        load_seq,
        line,
        landed_at
    from members

    union all

    select
        member_id as account_id,
        'phone' as id_type,
        cast(null as varchar) as unionid,
        replace(member_id, 'phone:', '') as phone_key,
        system,
        load_seq,
        line,
        landed_at
    from last_named
)

select * from final
