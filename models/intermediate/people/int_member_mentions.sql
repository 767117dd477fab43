{%- set slice = slice_by(['system', 'entity', 'landed_date'], touched_by=[
    changed('int_id_mentions'),
    changed('int_identities', key='id_value', via='int_id_mentions', on='written_id'),
]) -%}
with mentions as (
    select * from {{ sliced(slice, 'int_id_mentions') }}
),

identities as (
    select * from {{ ref('int_identities') }}
),

-- two aliases of one person in one file are one person
final as (
    select distinct
        mentions.system,
        mentions.entity,
        mentions.landed_date,
        {{ resolved('mentions.written_id', 'identities') }} as member_id
    from mentions
    left join identities on mentions.written_id = identities.id_value
)

select * from final
