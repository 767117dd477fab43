{# Date arithmetic. `date` arguments are SQL expressions of type date, results are dates. #}

{% macro add_days(date, days) -%}
    {{ return(adapter.dispatch('add_days', 'shequn')(date, days)) }}
{%- endmacro %}

{% macro default__add_days(date, days) -%}
    cast({{ date }} + cast({{ days }} as integer) as date)
{%- endmacro %}

{% macro spark__add_days(date, days) -%}
    date_add({{ date }}, cast({{ days }} as int))
{%- endmacro %}

{% macro add_months(date, months) -%}
    {{ return(adapter.dispatch('add_months', 'shequn')(date, months)) }}
{%- endmacro %}

{% macro default__add_months(date, months) -%}
    cast({{ date }} + interval '1 month' * ({{ months }}) as date)
{%- endmacro %}

{% macro spark__add_months(date, months) -%}
    add_months({{ date }}, cast({{ months }} as int))
{%- endmacro %}

{# Whole days from start to finish (both dates). #}
{% macro days_between(start, finish) -%}
    {{ return(adapter.dispatch('days_between', 'shequn')(start, finish)) }}
{%- endmacro %}

{% macro default__days_between(start, finish) -%}
    date_diff('day', {{ start }}, {{ finish }})
{%- endmacro %}

{% macro spark__days_between(start, finish) -%}
    datediff({{ finish }}, {{ start }})
{%- endmacro %}

{# Seconds from start to finish (both timestamps), a double with its fraction. #}
{% macro seconds_between(start, finish) -%}
    {{ return(adapter.dispatch('seconds_between', 'shequn')(start, finish)) }}
{%- endmacro %}

{% macro default__seconds_between(start, finish) -%}
    (date_diff('microsecond', {{ start }}, {{ finish }}) / 1000000.0)
{%- endmacro %}

{% macro spark__seconds_between(start, finish) -%}
    (cast({{ finish }} as double) - cast({{ start }} as double))
{%- endmacro %}

{# A timestamp some hours later (negative: earlier). #}
{% macro add_hours(moment, hours) -%}
    {{ return(adapter.dispatch('add_hours', 'shequn')(moment, hours)) }}
{%- endmacro %}

{% macro default__add_hours(moment, hours) -%}
    ({{ moment }} + interval '1 hour' * ({{ hours }}))
{%- endmacro %}

{% macro spark__add_hours(moment, hours) -%}
    ({{ moment }} + make_interval(0, 0, 0, 0, cast({{ hours }} as int), 0, 0))
{%- endmacro %}

{# A timestamp some whole seconds later. #}
{% macro add_seconds(moment, seconds) -%}
    {{ return(adapter.dispatch('add_seconds', 'shequn')(moment, seconds)) }}
{%- endmacro %}

{% macro default__add_seconds(moment, seconds) -%}
    ({{ moment }} + interval '1 second' * ({{ seconds }}))
{%- endmacro %}

{% macro spark__add_seconds(moment, seconds) -%}
    ({{ moment }} + make_interval(0, 0, 0, 0, 0, 0, {{ seconds }}))
{%- endmacro %}

{# First day of the day, week (Monday), month, quarter or year that holds a date. #}
{% macro period_start(period_type, date) -%}
    {{ return(adapter.dispatch('period_start', 'shequn')(period_type, date)) }}
{%- endmacro %}

{% macro default__period_start(period_type, date) -%}
    cast(date_trunc('{{ period_type }}', {{ date }}) as date)
{%- endmacro %}

{# 1 = Monday … 7 = Sunday. #}
{% macro iso_weekday(date) -%}
    {{ return(adapter.dispatch('iso_weekday', 'shequn')(date)) }}
{%- endmacro %}

{% macro default__iso_weekday(date) -%}
    cast(isodow({{ date }}) as integer)
{%- endmacro %}

{% macro spark__iso_weekday(date) -%}
    (weekday({{ date }}) + 1)
{%- endmacro %}

{# A select of one column, `date`: every day from first to last, both columns of one row of `relation`. #}
{% macro date_spine(relation, first, last) -%}
    {{ return(adapter.dispatch('date_spine', 'shequn')(relation, first, last)) }}
{%- endmacro %}

{% macro default__date_spine(relation, first, last) -%}
    select cast(unnest(generate_series({{ first }}, {{ last }}, interval '1 day')) as date) as date
    from {{ relation }}
{%- endmacro %}

{% macro spark__date_spine(relation, first, last) -%}
    select explode(sequence({{ first }}, {{ last }}, interval 1 day)) as date
    from {{ relation }}
{%- endmacro %}

{# The clock time of a timestamp. #}
{% macro clock_time(moment) -%}
    {{ return(adapter.dispatch('clock_time', 'shequn')(moment)) }}
{%- endmacro %}

{% macro default__clock_time(moment) -%}
    cast({{ moment }} as time)
{%- endmacro %}

{# Spark has no type for it: a text, which sorts as times do. #}
{% macro spark__clock_time(moment) -%}
    date_format({{ moment }}, 'HH:mm:ss.SSSSSS')
{%- endmacro %}
