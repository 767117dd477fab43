{# Messages by as_of_date, people resolved, of `all_messages` (int_all_messages or rows of it). #}
{% macro resolved_messages(all_messages) -%}
with messages as (
    select * from {{ all_messages }} as landed_messages
),

identities as (
    select * from {{ ref('int_identities') }}
),

non_customers as (
    select * from {{ ref('int_non_customers') }}
),

reporting_window as (
    select * from {{ ref('int_reporting_window') }}
),

resolved as (
    select
        messages.message_id,
        messages.group_id,
        {{ resolved('messages.sender_id', 'senders') }} as sender_id,
        {{ resolved('messages.receiver_id', 'receivers') }} as receiver_id,
        messages.sent_at,
        messages.message_type,
        messages.content,
        coalesce(messages.recalled_at < reporting_window.counted_before, false) as is_recalled
    from messages
    cross join reporting_window
    left join identities as senders on messages.sender_id = senders.id_value
    left join identities as receivers on messages.receiver_id = receivers.id_value
    where messages.sent_at < reporting_window.counted_before
),

final as (
    select
        resolved.message_id,
        resolved.group_id,
        resolved.sender_id,
        resolved.receiver_id,
        resolved.sent_at,
        cast(resolved.sent_at as date) as sent_date,
        resolved.message_type,
        resolved.content,
        resolved.is_recalled,
        non_customers.member_id is null as is_customer
    from resolved
    left join non_customers on resolved.sender_id = non_customers.member_id
)

select * from final
{%- endmacro %}

{# int_messages, cut down to the touched slices before people are looked up: an engine takes no semi join below the joins of
   a view. columns: the slice's, as int_all_messages calls them; condition: that holds for all messages of those slices. #}
{% macro sliced_messages(slice, columns, condition='true') -%}
    {%- set messages = ref('int_messages') -%}
    {%- set all_messages = ref('int_all_messages') -%}
    {%- if slice.touched is none -%}
        {{ return(messages) }}
    {%- endif -%}
    {{ return('(' ~ resolved_messages(
        '(' ~ rows_in('(select * from ' ~ all_messages ~ ' where ' ~ condition ~ ')', columns, slice.touched, slice.columns) ~ ')'
    ) ~ ')') }}
{%- endmacro %}
