{%- set mentions = [
    ('members', ['member_id']),
    ('staff', ['member_id']),
    ('contact_events', ['member_id']),
    ('membership_events', ['member_id', 'inviter_id']),
    ('messages', ['sender_id', 'receiver_id']),
    ('message_actions', ['actor_id']),
    ('activity_participations', ['member_id']),
    ('orders', ['member_id', 'sharer_id']),
    ('touches', ['member_id']),
    ('page_views', ['member_id']),
    ('feedback', ['member_id']),
    ('member_tags', ['member_id']),
    ('identities', ['member_id']),
] -%}
with identities as (
    select * from {{ ref('int_identities') }}
),

files as (
    select * from {{ ref('int_landed_files') }}
),

mentions as (
    {% for entity, columns in mentions %}
    {% for column in columns %}
    select
        load_seq,
        {{ column }} as member_id
    from {{ ref('int_all_' ~ entity) }}
    where {{ column }} is not null
    {% if not loop.last %}

    union
    {% endif %}
    {% endfor %}
    {% if not loop.last %}

    union
    {% endif %}
    {% endfor %}
),

-- two aliases of one person in one file are one person; entity is what the file's system calls it
final as (
    select distinct
        files.system,
        files.entity,
        files.landed_date,
        {{ resolved('mentions.member_id', 'identities') }} as member_id
    from mentions
    inner join files on mentions.load_seq = files.load_seq
    left join identities on mentions.member_id = identities.id_value
)

select * from final
