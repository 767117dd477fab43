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

{# The places in a list column, 1 to its length, as a list. #}
{% macro list_places(expression) -%}
    {{ return(adapter.dispatch('list_places', 'shequn')(expression)) }}
{%- endmacro %}

{% macro default__list_places(expression) -%}
    range(1, len({{ expression }}) + 1)
{%- endmacro %}

{% macro spark__list_places(expression) -%}
    sequence(1, size({{ expression }}))
{%- endmacro %}

{# The element at a place of a list column, counted from 1. #}
{% macro list_element(expression, place) -%}
    {{ return(adapter.dispatch('list_element', 'shequn')(expression, place)) }}
{%- endmacro %}

{% macro default__list_element(expression, place) -%}
    list_extract({{ expression }}, {{ place }})
{%- endmacro %}

{% macro spark__list_element(expression, place) -%}
    element_at({{ expression }}, cast({{ place }} as int))
{%- endmacro %}
