{# True where `expression` holds a match of the regular expression. #}
{% macro matches(expression, pattern) -%}
    {{ return(adapter.dispatch('matches', 'shequn')(expression, pattern)) }}
{%- endmacro %}

{% macro default__matches(expression, pattern) -%}
    regexp_matches({{ expression }}, '{{ pattern }}')
{%- endmacro %}

{% macro spark__matches(expression, pattern) -%}
    ({{ expression }} rlike r'{{ pattern }}')
{%- endmacro %}

{# One text key from several columns; NULL equals NULL, and 'a','bc' differs from 'ab','c'. #}
{% macro surrogate_key(columns) -%}
    md5(
        {%- for column in columns %}
        {{- '' if loop.first else " || '|' || " -}}
        coalesce(replace(replace(cast({{ column }} as varchar), '~', '~~'), '|', '~p'), '~n')
        {%- endfor -%}
    )
{%- endmacro %}

{# A number of several columns: rows that agree in them, NULL equals NULL, have the same; few others do. #}
{% macro hash_of(columns) -%}
    {{ return(adapter.dispatch('hash_of', 'shequn')(columns)) }}
{%- endmacro %}

{% macro default__hash_of(columns) -%}
    hash({{ columns | join(', ') }})
{%- endmacro %}

{% macro spark__hash_of(columns) -%}
    xxhash64({{ columns | join(', ') }})
{%- endmacro %}

{# Distinct-or-not values of a group as one text, in the order of `order_by`. #}
{% macro join_text(expression, separator, order_by) -%}
    {{ return(adapter.dispatch('join_text', 'shequn')(expression, separator, order_by)) }}
{%- endmacro %}

{% macro default__join_text(expression, separator, order_by) -%}
    string_agg({{ expression }}, '{{ separator }}' order by {{ order_by }})
{%- endmacro %}

{# A list is sorted in a quarter of the time that an ordered aggregate takes. #}
{% macro duckdb__join_text(expression, separator, order_by) -%}
    {%- if order_by == expression -%}
    array_to_string(
        list_sort(list({{ expression }}) filter (where {{ expression }} is not null)), '{{ separator }}'
    )
    {%- else -%}
    {{ default__join_text(expression, separator, order_by) }}
    {%- endif -%}
{%- endmacro %}

{% macro spark__join_text(expression, separator, order_by) -%}
    array_join(array_sort(collect_list({{ expression }})), '{{ separator }}')
{%- endmacro %}

{# A text in which mobile numbers keep their first three and last four digits: 138****0001; with or
   without the country's 86, in one piece or split 3-4-4. Part of a longer number is no phone.
   Replaced twice, since neighbours share the character between them. #}
{% macro mask_phones(expression) -%}
    {#- one cheap look first: next to no text holds a number -#}
    case
        when {{ matches(expression, '1[3-9][0-9][- ]?[0-9]{4}') }}
            then {{ adapter.dispatch('mask_phones', 'shequn')(expression) }}
        else {{ expression }}
    end
{%- endmacro %}

{% macro default__mask_phones(expression) -%}
    {%- set mask -%}
    '(^|[^0-9])((?:\+|00)?86[- ]?)?(1[3-9]\d)[- ]?\d{4}[- ]?(\d{4})($|[^0-9])', '\1\2\3****\4\5', 'g'
    {%- endset -%}
    regexp_replace(regexp_replace({{ expression }}, {{ mask }}), {{ mask }})
{%- endmacro %}

{% macro spark__mask_phones(expression) -%}
    regexp_replace(
        {{ expression }},
        r'(?<![0-9])((?:\+|00)?86[- ]?)?(1[3-9]\d)[- ]?\d{4}[- ]?(\d{4})(?![0-9])', '$1$2****$3'
    )
{%- endmacro %}

{# What the pattern's first group matches first in a text, NULL where nothing. #}
{% macro first_match(expression, pattern) -%}
    {{ return(adapter.dispatch('first_match', 'shequn')(expression, pattern)) }}
{%- endmacro %}

{% macro default__first_match(expression, pattern) -%}
    nullif(regexp_extract({{ expression }}, '{{ pattern }}', 1), '')
{%- endmacro %}

{% macro spark__first_match(expression, pattern) -%}
    nullif(regexp_extract({{ expression }}, r'{{ pattern }}', 1), '')
{%- endmacro %}

{# A text's parts between separators, as a list; each separator is what the pattern's only group does not hold. #}
{% macro split_after(expression, pattern) -%}
    {{ return(adapter.dispatch('split_after', 'shequn')(expression, pattern)) }}
{%- endmacro %}

{% macro default__split_after(expression, pattern) -%}
    string_split(regexp_replace({{ expression }}, '{{ pattern }}', '\1' || chr(30), 'g'), chr(30))
{%- endmacro %}

{% macro spark__split_after(expression, pattern) -%}
    split(regexp_replace({{ expression }}, r'{{ pattern }}', concat('$1', char(30))), char(30))
{%- endmacro %}
