{# Every given column is NULL or not below zero. On a column, or on a model with `columns`. #}
{% test not_negative(model, column_name=none, columns=none) %}
{%- set tested = columns or [column_name] -%}
select {{ tested | join(', ') }}
from {{ model }}
where
    {% for column in tested -%}
    {{ column }} < 0{{ ' or ' if not loop.last }}
    {% endfor %}
{% endtest %}
