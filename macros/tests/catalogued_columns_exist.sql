{# Every metric of the catalogue names a mart and a column that its contract holds. Returns the metrics that do not. #}
{% test catalogued_columns_exist(model) %}
{%- set live = [] -%}
{%- if execute -%}
    {%- for node in graph.nodes.values()
        if node.resource_type == 'model' and node.schema == 'marts' -%}
        {%- for column in node.columns -%}
            {%- do live.append("('" ~ node.name ~ "', '" ~ column ~ "')") -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endif -%}
with live_columns as (
    select
        mart,
        column_name
    from (values {{ live | join(', ') or "('none', 'none')" }}) as pairs (mart, column_name)
)

select
    catalog.metric_id,
    catalog.mart,
    catalog.column_name
from {{ model }} as catalog
left join live_columns
    on
        catalog.mart = live_columns.mart
        and catalog.column_name = live_columns.column_name
where live_columns.mart is null
{% endtest %}
