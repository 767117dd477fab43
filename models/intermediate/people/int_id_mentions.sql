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
{%- set touches = [] -%}
{%- for entity, _ in mentions -%}
    {%- do touches.append(
        changed('int_all_' ~ entity)
    ) -%}
{%- endfor -%}
{%- set slice = slice_by(['load_seq'], touched_by=touches) -%}
with files as (
    select * from {{ ref('int_landed_files') }}
),

mentions as (
    {% for entity, columns in mentions %}
    {% for column in columns %}
    select distinct
        load_seq,
        {{ column }} as written_id
    from {{ sliced(slice, 'int_all_' ~ entity) }}
    where {{ column }} is not null
    {% if not loop.last %}

    union all
    {% endif %}
    {% endfor %}
    {% if not loop.last %}

    union all
    {% endif %}
    {% endfor %}
),

-- entity is what the file's system calls it
final as (
    select distinct
        files.system,
        files.entity,
        files.landed_date,
        mentions.load_seq,
        mentions.written_id
    from mentions
    inner join files on mentions.load_seq = files.load_seq
)

select * from final
