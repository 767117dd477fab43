{%- set group_day = ['group_id', 'cast(sent_at as date)'] -%}
{%- set slice = slice_by(
    ['group_id', 'sent_date'],
    touched_by=changed_messages(group_day)
    + [changed('int_groups', group_day, via='int_all_messages', key='group_id')],
) -%}
with messages as (
    select *
    from {{ sliced_messages(
        slice, group_day, is_on_touched_days(slice, 'sent_date', 'sent_at')
    ) }}
    where group_id is not null
),

groups as (
    select * from {{ ref('int_groups') }}
),

judged as {{ inlined() }}(
    select
        messages.*,
        messages.message_type = 'text' as is_text,
        messages.message_type not in ('system', 'other') and not messages.is_recalled as is_counted,
        messages.is_customer
        and messages.message_type not in ('system', 'other')
        and not messages.is_recalled
        and (groups.dissolved_at is null or messages.sent_at < groups.dissolved_at)
        and (
            messages.message_type <> 'text'
            or coalesce({{ matches('messages.content', '[\\p{L}\\p{Nd}]') }}, false)
        ) as is_valid_alone
    from messages
    left join groups on messages.group_id = groups.group_id
),

-- R4: of equal texts of one day the earliest counts
repeats as (
    select message_id
    from (
        select
            message_id,
            row_number() over (
                partition by group_id, sender_id, sent_date, content
                order by sent_at, message_id
            ) as repeat_number
        from judged
        where is_valid_alone and is_text
    ) as numbered
    where repeat_number > 1
),

final as (
    select
        judged.message_id,
        judged.group_id,
        judged.sender_id as member_id,
        judged.is_customer,
        judged.sent_at,
        judged.sent_date,
        judged.message_type,
        judged.is_counted,
        judged.is_valid_alone and repeats.message_id is null as is_valid,
        not judged.is_customer
        and judged.message_type <> 'system'
        and not judged.is_recalled as is_staff_message,
        cast(length(judged.content) as bigint) as character_count,
        -- what stands for the text where it must not go itself
        case when judged.is_text then md5(judged.content) end as text_key
    from judged
    left join repeats on judged.message_id = repeats.message_id
)

select * from final
