{# One event fact as what its rows count for in member-days: a select for a union.

   relation: CTE with group_id and member_id; date_column: the day of its events; measures: every column, in order, with its
   type; values: measure -> what a row counts for, NULL for nothing, as the other measures have; condition: filter. #}
{% macro member_day_events(
    relation, date_column, measures, values, condition='true', group='group_id'
) -%}
    select
        {{ group }} as group_id,
        member_id,
        {{ date_column }} as date,
        {% for measure, type in measures.items() -%}
        cast({{ values.get(measure, 'null') }} as {{ type }}) as {{ measure }}{{ '' if loop.last else ',' }}
        {% endfor -%}
    from {{ relation }}
    where {{ condition }}
{%- endmacro %}
