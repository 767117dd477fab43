{#- a later message of a known text changes nothing -#}
{%- set slice = slice_by(['text_key'], touched_by=[
    changed(
        'int_group_messages',
        condition='is_valid and ' ~ unless_before(
            'int_group_messages', ['text_key'], 'before.message_id < int_group_messages.message_id'
        ),
    ),
]) -%}
with messages as (
    select * from {{ sliced(slice, 'int_group_messages') }}
    where is_valid and text_key is not null
),

final as (
    select
        text_key,
        min(message_id) as message_id
    from messages
    group by text_key
)

select * from final
