{# The first value of a window that is not NULL. #}
{% macro first_known(expression) -%}
    {{ return(adapter.dispatch('first_known', 'shequn')(expression)) }}
{%- endmacro %}

{% macro default__first_known(expression) -%}
    first_value({{ expression }} ignore nulls)
{%- endmacro %}

{% macro spark__first_known(expression) -%}
    first_value({{ expression }}, true)
{%- endmacro %}
