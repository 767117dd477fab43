{#
    Numeric columns of a relation as rows: keys…, metric_id and one double for each of `values`.

    `values` maps a result column to the suffix of its source columns: {'value': '', 'base': '__base'}
    takes orders and orders__base of each metric `orders`. Rows whose first value is NULL are left out.
#}
{% macro unpivot_metrics(relation, keys, metrics, values) -%}
    {{ return(adapter.dispatch('unpivot_metrics', 'shequn')(relation, keys, metrics, values)) }}
{%- endmacro %}

{% macro default__unpivot_metrics(relation, keys, metrics, values) -%}
    {%- set first_suffix = (values.values() | list)[0] -%}
    {%- for metric in metrics %}
    {{ 'union all' if not loop.first }}
    select
        {{ keys | join(', ') }},
        '{{ metric }}' as metric_id
        {%- for name, suffix in values.items() %},
        cast({{ metric }}{{ suffix }} as double) as {{ name }}
        {%- endfor %}
    from {{ relation }}
    where {{ metric }}{{ first_suffix }} is not null
    {%- endfor %}
{%- endmacro %}

{# One scan instead of one for each metric: a row becomes a list, and the list becomes rows. #}
{% macro duckdb__unpivot_metrics(relation, keys, metrics, values) -%}
    select
        {{ keys | join(', ') }},
        metric.metric_id,
        {%- for name in values %}
        metric.{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (
        select
            {{ keys | join(', ') }},
            unnest([
                {%- for metric in metrics %}
                {
                    'metric_id': '{{ metric }}'
                    {%- for name, suffix in values.items() %},
                    '{{ name }}': cast({{ metric }}{{ suffix }} as double)
                    {%- endfor %}
                }{{ ',' if not loop.last }}
                {%- endfor %}
            ]) as metric
        from {{ relation }}
    ) as listed
    where metric.{{ (values.keys() | list)[0] }} is not null
{%- endmacro %}
