{# Retention counts in days, calendar weeks and calendar months (R16). #}

{# Whole days, calendar weeks or calendar months from the one of `start` to the one of `finish`. #}
{% macro periods_between(unit, start, finish) -%}
    {%- if unit == 'day' -%}
    cast({{ days_between(start, finish) }} as integer)
    {%- elif unit == 'week' -%}
    cast(
        {{ days_between(period_start('week', start), period_start('week', finish)) }} / 7
        as integer
    )
    {%- else -%}
    cast(
        (extract(year from {{ finish }}) * 12 + extract(month from {{ finish }}))
        - (extract(year from {{ start }}) * 12 + extract(month from {{ start }}))
        as integer
    )
    {%- endif -%}
{%- endmacro %}

{# The first day of the period so many days, weeks or months after the one that begins at `start`. #}
{% macro add_periods(unit, start, periods) -%}
    {%- if unit == 'month' -%}
    {{ add_months(start, periods) }}
    {%- else -%}
    {{ add_days(start, '(' ~ periods ~ ') * ' ~ (7 if unit == 'week' else 1)) }}
    {%- endif -%}
{%- endmacro %}

{# A select of interval_unit, interval_number: the days asked for, and up to 26 weeks and 24 months
   after the cohort's own, which is 0. #}
{% macro retention_intervals() -%}
    select interval_unit, interval_number
    from (
        values
        {% for days in var('retention_days') -%}
        ('day', {{ days }}),
        {% endfor -%}
        {% for weeks in range(27) -%}
        ('week', {{ weeks }}),
        {% endfor -%}
        {% for months in range(25) -%}
        ('month', {{ months }}){{ '' if loop.last else ',' }}
        {% endfor -%}
    ) as intervals (interval_unit, interval_number)
{%- endmacro %}

{# A select of what is counted for which cohort, by which rule. #}
{% macro retention_subjects() -%}
    select cohort_event, subject, rule
    from (
        values
        {% for cohort_event, subject in [
            ('joined', 'membership'),
            ('joined', 'activity'),
            ('joined', 'purchase'),
            ('first_active', 'activity'),
            ('first_purchase', 'purchase'),
        ] -%}
        ('{{ cohort_event }}', '{{ subject }}', 'bounded'),
        ('{{ cohort_event }}', '{{ subject }}', 'unbounded'){{ '' if loop.last else ',' }}
        {% endfor -%}
    ) as subjects (cohort_event, subject, rule)
{%- endmacro %}

{# Retained members by scope: `counts` holds scopes all and group, all with the customers' channel. #}
{% macro add_up_channels(counts) -%}
    {% for scope_type, scope_id, condition in [
        ('scope_type', 'scope_id', 'true'),
        ("'channel'", 'channel_id', "scope_type = 'all' and channel_id is not null"),
    ] -%}
    select
        {{ scope_type }} as scope_type,
        {{ scope_id }} as scope_id,
        cohort_event,
        subject,
        rule,
        interval_unit,
        cohort_start,
        interval_number,
        cast(sum(retained_members) as bigint) as retained_members
    from {{ counts }}
    where {{ condition }}
    group by
        {{ 'scope_type, scope_id' if loop.first else 'channel_id' }},
        cohort_event, subject, rule, interval_unit, cohort_start, interval_number
    {{ '' if loop.last else 'union all' }}
    {% endfor -%}
{%- endmacro %}
