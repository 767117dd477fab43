{# The end of a model whose readers ask for few values of some columns of many rows: rows that are written in the order of
   `columns` are found without reading the others. Engines that do not note what lies where do without. #}
{% macro stored_in_order_of(columns) -%}
    {{ return(adapter.dispatch('stored_in_order_of', 'shequn')(columns)) }}
{%- endmacro %}

{% macro default__stored_in_order_of(columns) -%}
{%- endmacro %}

{% macro duckdb__stored_in_order_of(columns) -%}
order by {{ columns | join(', ') }}
{%- endmacro %}
