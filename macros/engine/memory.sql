{# Between `as` and the parenthesis of a CTE that is large and read more than once: an engine that would keep its rows is
   told to work them out each time. #}
{% macro inlined() -%}
    {{ return(adapter.dispatch('inlined', 'shequn')()) }}
{%- endmacro %}

{% macro default__inlined() -%}{%- endmacro %}

{% macro duckdb__inlined() -%}
not materialized {% endmacro %}
