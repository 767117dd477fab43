{# One event fact as member-days: the measures it has, 0 for the others.

   relation: CTE with group_id and member_id; date_column: the day of its events;
   measures: every count of the fact, in order; values: measure -> aggregate; condition: filter. #}
{% macro member_day_counts(
    relation, date_column, measures, values, condition='true', group='group_id'
) -%}
    select
        {{ group }} as group_id,
        member_id,
        {{ date_column }} as date,
        {% for measure in measures -%}
        cast({{ values.get(measure, 0) }} as integer) as {{ measure }},
        {% endfor -%}
        {% for amount in ['attributed_gross_sales', 'attributed_net_sales'] -%}
        cast({{ values.get(amount, 0) }} as decimal(18, 2)) as {{ amount }}{{ '' if loop.last else ',' }}
        {% endfor -%}
    from {{ relation }}
    where {{ condition }}
    group by {{ group }}, member_id, {{ date_column }}
{%- endmacro %}
