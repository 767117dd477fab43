{# Linear-interpolated quantile of a numeric column, a double. #}
{% macro quantile(expression, fraction) -%}
    {{ return(adapter.dispatch('quantile', 'shequn')(expression, fraction)) }}
{%- endmacro %}

{% macro default__quantile(expression, fraction) -%}
    quantile_cont(cast({{ expression }} as double), {{ fraction }})
{%- endmacro %}

{% macro spark__quantile(expression, fraction) -%}
    percentile(cast({{ expression }} as double), {{ fraction }})
{%- endmacro %}

{# NULL where the denominator is 0 or unknown (R10), else a double. #}
{% macro rate(numerator, denominator) -%}
    (cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0))
{%- endmacro %}

{# Sums of money are rounded once, after summing (R10). #}
{% macro money(expression) -%}
    cast(round({{ expression }}, 2) as decimal(18, 2))
{%- endmacro %}
