{# A number as people read it: 1,234.50. Never "-0". `decimals` is a literal. #}
{% macro format_number(expression, decimals=0) -%}
    {{ return(adapter.dispatch('format_number', 'shequn')(expression, decimals)) }}
{%- endmacro %}

{% macro default__format_number(expression, decimals) -%}
    format('{:,.{{ decimals }}f}', round(cast({{ expression }} as double), {{ decimals }}) + 0.0)
{%- endmacro %}

{% macro spark__format_number(expression, decimals) -%}
    format_number(round(cast({{ expression }} as double), {{ decimals }}) + 0.0, {{ decimals }})
{%- endmacro %}
