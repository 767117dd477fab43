{# The end of a model whose readers ask for few values of some columns of many rows: rows that are written in the order of
   `columns` are found without reading the others; so are those that a model by slices adds to what is there.
   Engines that do not note what lies where do without. #}
{% macro stored_in_order_of(columns) -%}
    {%- do config(meta={'stored_in_order_of': columns}) -%}
    {{ return('' if is_by_slices() else in_order_of(columns)) }}
{%- endmacro %}

{% macro in_order_of(columns) -%}
    {{ return(adapter.dispatch('in_order_of', 'shequn')(columns)) }}
{%- endmacro %}

{% macro default__in_order_of(columns) -%}
    {{ return('') }}
{%- endmacro %}

{% macro duckdb__in_order_of(columns) -%}
    {{ return('order by ' ~ columns | join(', ') if columns else '') }}
{%- endmacro %}
