{%- set period_types = ['week', 'month'] -%}
{%- set touches = [
    changed('int_top_terms'),
    changed('dim_period'),
    changed(
        'int_scope_periods',
        key=['period_type', 'period_start'],
        via='dim_period',
        on=['period_type', 'previous_start'],
    ),
    changed_values('dim_activity_keyword', 'keyword', via='int_top_terms', on='term'),
] -%}
{%- for period_type in period_types -%}
    {%- do touches.append(changed(
        'fct_message',
        columns=["'" ~ period_type ~ "'", period_start(period_type, 'sent_date')],
    )) -%}
{%- endfor -%}
{%- set slice = slice_by(['period_type', 'period_start'], touched_by=touches) -%}
with scope_terms as (
    select * from {{ sliced(slice, 'int_top_terms') }}
    where is_top_term
),

{% for period_type in period_types -%}
{{ period_type }}_messages as (
    select * from {{ sliced_by_period(slice, 'fct_message', period_type, 'sent_date') }}
    where is_valid and message_type = 'text'
),

{% endfor -%}
group_scopes as (
    select * from {{ ref('bridge_group_scope') }}
    where scope_type in ('all', 'group')
),

periods as (
    select * from {{ sliced(slice, 'dim_period') }}
),

scope_periods as (
    select * from {{ ref('int_scope_periods') }}
),

keywords as (
    -- several activities may share a keyword
    select distinct keyword from {{ ref('dim_activity_keyword') }}
),

group_periods as (
    {% for period_type in period_types -%}
    select
        '{{ period_type }}' as period_type,
        {{ period_start(period_type, 'sent_date') }} as period_start,
        group_id,
        count(*) as text_messages
    from {{ period_type }}_messages
    group by {{ period_start(period_type, 'sent_date') }}, group_id
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

scope_texts as (
    select
        group_periods.period_type,
        group_periods.period_start,
        group_scopes.scope_type,
        group_scopes.scope_id,
        sum(group_periods.text_messages) as text_messages
    from group_periods
    inner join group_scopes on group_periods.group_id = group_scopes.group_id
    group by
        group_periods.period_type,
        group_periods.period_start,
        group_scopes.scope_type,
        group_scopes.scope_id
),

top_of_scope as (
    select
        scope_terms.*,
        periods.period_end,
        periods.is_partial,
        periods.previous_start
    from scope_terms
    inner join periods
        on
            scope_terms.period_type = periods.period_type
            and scope_terms.period_start = periods.period_start
),

final as (
    select
        top_of_scope.period_type,
        top_of_scope.period_start,
        top_of_scope.period_end,
        top_of_scope.is_partial,
        top_of_scope.scope_type,
        top_of_scope.scope_id,
        top_of_scope.term,
        top_of_scope.messages,
        top_of_scope.speakers,
        {{ rate('top_of_scope.messages', 'scope_texts.text_messages') }} as message_share,
        case
            when previous_periods.period_start is not null
                then top_of_scope.previous_messages
        end as previous_messages,
        keywords.keyword is not null as is_activity_keyword
    from top_of_scope
    inner join scope_texts
        on
            {{ same_scope_period('top_of_scope', 'scope_texts') | indent(12) }}
    left join scope_periods as previous_periods
        on
            {{ same_scope('top_of_scope', 'previous_periods') | indent(12) }}
            and top_of_scope.period_type = previous_periods.period_type
            and top_of_scope.previous_start = previous_periods.period_start
    left join keywords on top_of_scope.term = keywords.keyword
)

select * from final
