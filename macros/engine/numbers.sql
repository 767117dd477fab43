{#
    A number as people read it: 1,234.50. Never "-0". `decimals` is a literal. Nine decimals are kept before it is
    rounded half away from zero, so that 932.35, in binary a trifle less, is 932.4 all the same.
#}
{% macro format_number(expression, decimals=0) -%}
    {{ return(adapter.dispatch('format_number', 'shequn')(expression, decimals)) }}
{%- endmacro %}

{% macro default__format_number(expression, decimals) -%}
    format('{:,.{{ decimals }}f}', cast(round(cast({{ expression }} as decimal(38, 9)), {{ decimals }}) as double) + 0.0)
{%- endmacro %}

{% macro spark__format_number(expression, decimals) -%}
    format_number(cast(round(cast({{ expression }} as decimal(38, 9)), {{ decimals }}) as double) + 0.0, {{ decimals }})
{%- endmacro %}
