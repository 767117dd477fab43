with digest_lines as (
    select * from {{ ref('digest_lines') }}
),

sentences as (
    select * from {{ ref('digest_sentences') }}
),

reporting_window as (
    select * from {{ ref('dim_reporting_window') }}
),

staff as (
    select
        *,
        'owner' as scope_type
    from {{ ref('dim_staff') }}
),

metric_values as (
    select * from {{ ref('mart_metric_value') }}
    where period_type = 'week' and scope_type in ('all', 'owner')
),

told as (
    select
        metric_values.*,
        digest_lines.line_number,
        digest_lines.label_en,
        digest_lines.label_zh,
        digest_lines.unit,
        digest_lines.measure_word_zh,
        reporting_window.as_of_date,
        case
            when metric_values.scope_type = 'all' then 'all groups'
            when metric_values.scope_id = 'unknown' then 'the groups without an owner'
            else 'the groups of ' || coalesce(staff.staff_name, metric_values.scope_id)
        end as scope_en,
        case
            when metric_values.scope_type = 'all' then '全部社群'
            when metric_values.scope_id = 'unknown' then '无群主的社群'
            else coalesce(staff.staff_name, metric_values.scope_id) || '名下社群'
        end as scope_zh,
        case
            when metric_values.is_partial then 'running'
            when metric_values.previous_change_rate is null then 'none'
            when round(100 * metric_values.previous_change_rate, 1) > 0 then 'up'
            when round(100 * metric_values.previous_change_rate, 1) < 0 then 'down'
            else 'level'
        end as comparison,
        case digest_lines.unit
            when 'yuan' then '¥' || {{ format_number('metric_values.value', 2) }}
            when 'rate' then {{ format_percent('metric_values.value') }}
            else {{ format_short('metric_values.value') | indent(12) }}
        end as figure
    from metric_values
    inner join digest_lines on metric_values.metric_id = digest_lines.metric_id
    cross join reporting_window
    left join staff
        on metric_values.scope_type = staff.scope_type and metric_values.scope_id = staff.staff_id
),

final as (
    select
        told.period_start as week_start,
        told.scope_type,
        told.scope_id,
        told.line_number,
        {% for language in ['en', 'zh'] -%}
        {{ fill_in('sentences.sentence_' ~ language, {
            'label': 'told.label_' ~ language,
            'value': 'told.figure' if language == 'en'
                else "told.figure || coalesce(' ' || told.measure_word_zh, '')",
            'change': format_percent('abs(told.previous_change_rate)'),
            'week': 'cast(told.period_start as varchar)',
            'date': 'cast(told.as_of_date as varchar)',
            'scope': 'told.scope_' ~ language,
        }) | indent(8) }} as headline{{ '_zh' if language == 'zh' }},
        {% endfor -%}
        told.metric_id,
        told.value,
        told.previous_change_rate as change_rate,
        told.is_partial
    from told
    inner join sentences on told.comparison = sentences.comparison
)

select * from final
