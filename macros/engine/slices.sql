{# Rows of `relation` whose `columns` stand in `keys` of `wanted`: one name each, or as many. #}
{% macro rows_in(relation, columns, wanted, keys) -%}
    {{ return(adapter.dispatch('rows_in', 'shequn')(relation, columns, wanted, keys)) }}
{%- endmacro %}

{% macro default__rows_in(relation, columns, wanted, keys) -%}
    {%- set columns = [columns] if columns is string else columns -%}
    {%- set conditions = [] -%}
    {%- for key in ([keys] if keys is string else keys) -%}
        {%- do conditions.append('source.' ~ columns[loop.index0] ~ ' = wanted.' ~ key) -%}
    {%- endfor -%}
    {{ return(
        'select source.* from ' ~ relation ~ ' as source left semi join ' ~ wanted ~ ' as wanted on '
        ~ conditions | join(' and ')
    ) }}
{%- endmacro %}

{% macro duckdb__rows_in(relation, columns, wanted, keys) -%}
    {{ return(
        default__rows_in(relation, columns, wanted, keys) | replace(' left semi join ', ' semi join ')
    ) }}
{%- endmacro %}
