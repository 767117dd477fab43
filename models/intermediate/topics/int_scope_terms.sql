{%- set period_types = ['week', 'month'] -%}
{%- set touches = [] -%}
{%- for period_type in period_types -%}
    {%- do touches.append(changed(
        'int_group_messages',
        columns=["'" ~ period_type ~ "'", period_start(period_type, 'sent_date')],
        condition='is_valid and text_key is not null',
    )) -%}
{%- endfor -%}
{#- whatever is a keyword is one term, in every text -#}
{%- do touches.append(changed_anything('int_topic_keywords', ['period_type', 'period_start'])) -%}
{%- set slice = slice_by(['period_type', 'period_start'], touched_by=touches) -%}
with {% for period_type in period_types -%}
{{ period_type }}_messages as (
    select * from {{ sliced_by_period(slice, 'int_group_messages', period_type, 'sent_date') }}
    where is_valid and text_key is not null
),

{% endfor %}
text_terms as (
    select
        text_key,
        {{ unnest_list('terms') }} as term
    from {{ ref('int_text_terms') }}
),

-- one row a member, so that speakers are rows: counting distinct members would hold them all
group_members as (
    {% for period_type in period_types -%}
    select
        '{{ period_type }}' as period_type,
        {{ period_start(period_type, 'messages.sent_date') }} as period_start,
        messages.group_id,
        messages.member_id,
        text_terms.term,
        count(*) as messages
    from {{ period_type }}_messages as messages
    inner join text_terms on messages.text_key = text_terms.text_key
    group by
        {{ period_start(period_type, 'messages.sent_date') }},
        messages.group_id,
        messages.member_id,
        text_terms.term
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

all_members as (
    select
        period_type,
        period_start,
        member_id,
        term,
        sum(messages) as messages
    from group_members
    group by period_type, period_start, member_id, term
),

scope_terms as (
    select
        period_type,
        period_start,
        'group' as scope_type,
        group_id as scope_id,
        term,
        sum(messages) as messages,
        count(*) as speakers
    from group_members
    group by period_type, period_start, group_id, term

    union all

    select
        period_type,
        period_start,
        'all' as scope_type,
        'all' as scope_id,
        term,
        sum(messages) as messages,
        count(*) as speakers
    from all_members
    group by period_type, period_start, term
),

final as (
    select
        period_type,
        period_start,
        scope_type,
        scope_id,
        cast(term as varchar) as term,
        cast(messages as bigint) as messages,
        cast(speakers as bigint) as speakers
    from scope_terms
)

select * from final
