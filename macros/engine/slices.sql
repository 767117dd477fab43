{# Rows of `relation` whose `columns` stand in `keys` of `wanted`: one name each, or as many;
   for a column may stand an expression of the relation.
   NULL stands in no keys, or is a value as any other. #}
{% macro rows_in(relation, columns, wanted, keys, is_null_a_value=false) -%}
    {{ return(adapter.dispatch('rows_in', 'shequn')(relation, columns, wanted, keys, is_null_a_value)) }}
{%- endmacro %}

{% macro default__rows_in(relation, columns, wanted, keys, is_null_a_value=false) -%}
    {%- set columns = [columns] if columns is string else columns -%}
    {%- set conditions = [] -%}
    {%- for key in ([keys] if keys is string else keys) -%}
        {%- set column = columns[loop.index0] -%}
        {%- do conditions.append(
            (column if '(' in column or "'" in column else 'source.' ~ column) ~ (' is not distinct from ' if is_null_a_value else ' = ') ~ 'wanted.' ~ key
        ) -%}
    {%- endfor -%}
    {{ return(
        'select source.* from ' ~ relation ~ ' as source left semi join ' ~ wanted ~ ' as wanted on '
        ~ conditions | join(' and ')
    ) }}
{%- endmacro %}

{% macro duckdb__rows_in(relation, columns, wanted, keys, is_null_a_value=false) -%}
    {{ return(
        default__rows_in(relation, columns, wanted, keys, is_null_a_value) | replace(' left semi join ', ' semi join ')
    ) }}
{%- endmacro %}
