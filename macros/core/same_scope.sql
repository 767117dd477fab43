{# Joins of two relations on what both are about: the scope, and the period of it. #}
{% macro same_scope(one, other) -%}
    {{ one }}.scope_type = {{ other }}.scope_type
    and {{ one }}.scope_id = {{ other }}.scope_id
{%- endmacro %}

{% macro same_scope_period(one, other) -%}
    {{ one }}.period_type = {{ other }}.period_type
    and {{ one }}.period_start = {{ other }}.period_start
    and {{ same_scope(one, other) }}
{%- endmacro %}
