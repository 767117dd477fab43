{# Rows of `relation` whose `columns` stand in `keys` of `wanted`: one name each, or as many;
   for a column may stand an expression of the relation.
   NULL stands in no keys, but in those of `nullable` it is a value as any other. Equal keys are found without reading all
   of the table where it is clustered by them, others are not. #}
{% macro rows_in(relation, columns, wanted, keys, nullable=[]) -%}
    {{ return(adapter.dispatch('rows_in', 'shequn')(relation, columns, wanted, keys, nullable)) }}
{%- endmacro %}

{% macro default__rows_in(relation, columns, wanted, keys, nullable=[]) -%}
    {%- set columns = [columns] if columns is string else columns -%}
    {%- set conditions = [] -%}
    {%- for key in ([keys] if keys is string else keys) -%}
        {%- set column = columns[loop.index0] -%}
        {%- do conditions.append(
            (column if '(' in column or "'" in column else 'source.' ~ column) ~ (' is not distinct from ' if key in nullable else ' = ') ~ 'wanted.' ~ key
        ) -%}
    {%- endfor -%}
    {{ return(
        'select source.* from ' ~ relation ~ ' as source left semi join ' ~ wanted ~ ' as wanted on '
        ~ conditions | join(' and ')
    ) }}
{%- endmacro %}

{% macro duckdb__rows_in(relation, columns, wanted, keys, nullable=[]) -%}
    {{ return(
        default__rows_in(relation, columns, wanted, keys, nullable) | replace(' left semi join ', ' semi join ')
    ) }}
{%- endmacro %}
