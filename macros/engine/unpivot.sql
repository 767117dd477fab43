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

{# One scan instead of one for each metric. Nulls are included because a metric without a base stays. #}
{% macro duckdb__unpivot_metrics(relation, keys, metrics, values) -%}
    select
        {{ keys | join(', ') }},
        metric_id,
        {{ values.keys() | join(', ') }}
    from (
        select
            {{ keys | join(', ') }}
            {%- for metric in metrics %}
            {%- for suffix in values.values() %},
            cast({{ metric }}{{ suffix }} as double) as {{ metric }}{{ suffix }}
            {%- endfor %}
            {%- endfor %}
        from {{ relation }}
    ) as doubles
    unpivot include nulls (
        ({{ values.keys() | join(', ') }}) for metric_id in (
            {%- for metric in metrics %}
            (
                {%- for suffix in values.values() -%}
                {{ metric }}{{ suffix }}{{ ', ' if not loop.last }}
                {%- endfor -%}
            ) as '{{ metric }}'{{ ',' if not loop.last }}
            {%- endfor %}
        )
    ) as unpivoted
    where {{ (values.keys() | list)[0] }} is not null
{%- endmacro %}
