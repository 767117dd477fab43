{# Numeric columns of a relation as rows: keys…, metric_id, value (double); NULL values have no row. #}
{% macro unpivot_metrics(relation, keys, columns) -%}
    {{ return(adapter.dispatch('unpivot_metrics', 'shequn')(relation, keys, columns)) }}
{%- endmacro %}

{% macro default__unpivot_metrics(relation, keys, columns) -%}
    {% for column in columns %}
    {{ '' if loop.first else 'union all' }}
    select {{ keys | join(', ') }}, '{{ column }}' as metric_id, cast({{ column }} as double) as value
    from {{ relation }}
    where {{ column }} is not null
    {% endfor %}
{%- endmacro %}

{% macro duckdb__unpivot_metrics(relation, keys, columns) -%}
    select {{ keys | join(', ') }}, metric_id, value
    from (
        unpivot (
            select
                {{ keys | join(', ') }},
                {% for column in columns -%}
                cast({{ column }} as double) as {{ column }}{{ '' if loop.last else ',' }}
                {% endfor %}
            from {{ relation }}
        )
        on {{ columns | join(', ') }}
        into name metric_id value value
    ) as unpivoted
{%- endmacro %}
