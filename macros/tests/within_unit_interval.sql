{# Every given column is NULL or within [0, 1]. On a column, or on a model with `columns`. #}
{% test within_unit_interval(model, column_name=none, columns=none) %}
{%- set tested = columns or [column_name] -%}
select {{ tested | join(', ') }}
from {{ model }}
where
    {% for column in tested -%}
    {{ column }} not between 0 and 1{{ ' or ' if not loop.last }}
    {% endfor %}
{% endtest %}
