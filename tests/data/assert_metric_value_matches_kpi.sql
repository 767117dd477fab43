{%- set keys = ['period_type', 'period_start', 'scope_type', 'scope_id'] -%}
-- The long form holds every numeric column of the KPI mart, cell by cell, and none besides. Numeric
-- is here what is no text, day or flag: a type that numeric_columns() does not know yet fails.
{%- set others = ['varchar', 'date', 'timestamp', 'boolean'] -%}
{%- set columns = graph.nodes['model.shequn.mart_community_kpi'].columns if execute else {} -%}
{%- set metrics = columns.values()
    | rejectattr('data_type', 'in', others) | map(attribute='name') | list %}
with kpis as (
    select *
    from {{ tested_rows('mart_community_kpi', keys) }}
    where scope_type <> 'group' or period_type <> 'day'
),

metric_values as (
    select *
    from {{ tested_rows('mart_metric_value', keys, {'mart_community_kpi': keys}) }}
),

different_values as (
    select metric_values.metric_id
    from metric_values
    left join kpis
        on {{ same_scope_period('metric_values', 'kpis') | indent(8) }}
    where
        metric_values.value is distinct from case metric_values.metric_id
            {%- for metric in metrics %}
            when '{{ metric }}' then cast(kpis.{{ metric }} as double)
            {%- endfor %}
        end
        or metric_values.is_partial is distinct from kpis.is_partial
),

filled_cells as (
    {%- for metric in metrics %}
    select
        '{{ metric }}' as metric_id,
        count({{ metric }}) as cells
    from kpis
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

metric_rows as (
    select
        metric_id,
        count(*) as cells
    from metric_values
    group by metric_id
),

different_counts as (
    select filled_cells.metric_id
    from filled_cells
    left join metric_rows
        on filled_cells.metric_id = metric_rows.metric_id
    where filled_cells.cells <> coalesce(metric_rows.cells, 0)
)

select * from different_values
union all
select * from different_counts
