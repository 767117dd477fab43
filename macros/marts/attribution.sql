{# What an attribution model credits one contact of a path with, as a decimal. #}
{% macro credit(model) -%}
    cast(paths.{{ model }}_weight as decimal(20, 18))
{%- endmacro %}
