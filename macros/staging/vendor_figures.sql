{# The figures that relations hold, as rows of a system's stg_<system>__vendor_figures, the last stated of each day
   and scope: vendors restate what they said. `statistics` maps a relation, whose rows have figure_date, scope_type,
   scope_id and the landing's columns, to its figures' columns. #}
{% macro vendor_figures(statistics) -%}
{%- set keys = [
    'figure_date', 'scope_type', 'scope_id', 'system', 'load_seq', 'line', 'landed_at',
] -%}
{% for relation, figures in statistics.items() -%}
{{ relation }}_figures as (
    {{ unpivot_metrics(relation, keys, figures, {'value': ''}) | indent(4) }}
),

{% endfor -%}
figures as (
    {% for relation in statistics -%}
    select * from {{ relation }}_figures
    {% if not loop.last %}
    union all

    {% endif -%}
    {% endfor %}
),

last_stated as (
    {{ last_landed('figures', ['figure_date', 'scope_type', 'scope_id', 'metric_id']) | indent(4) }}
),

final as (
    select
        cast(figure_date as date) as figure_date,
        scope_type,
        scope_id,
        metric_id as vendor_metric,
        value,
        system,
        load_seq,
        line,
        landed_at
    from last_stated
)
{%- endmacro %}
