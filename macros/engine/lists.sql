{# One row per element of a list column, under a name of its own. #}
{% macro unnest_list(expression) -%}
    {{ return(adapter.dispatch('unnest_list', 'shequn')(expression)) }}
{%- endmacro %}

{% macro default__unnest_list(expression) -%}
    unnest({{ expression }})
{%- endmacro %}

{% macro spark__unnest_list(expression) -%}
    explode({{ expression }})
{%- endmacro %}
