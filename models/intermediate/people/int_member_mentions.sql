{%- set file_of = ['system', 'entity', 'landed_date'] -%}
{%- set slice = slice_by(file_of + ['member_id'], touched_by=[
    changed('int_id_mentions', file_of + ['written_id']),
    changed(
        'int_identities',
        columns=file_of + ['written_id'],
        via='int_id_mentions',
        key='id_value',
        on='written_id',
    ),
    changed_together(
        'int_id_mentions',
        'int_identities',
        on='one.written_id = other.id_value',
        columns=['one.system', 'one.entity', 'one.landed_date', 'other.member_id'],
    ),
]) -%}
with mentions as (
    select * from {{ sliced_by_ids(slice, 'int_id_mentions', file_of + ['written_id']) }}
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
