{# Schema marts_zh: each mart under its Chinese name, each column under its own, from the labels in the YAML. Hung on
   the end of a run, so that it is in step with `marts` whenever that is built. A model that is not there has no view. #}
{% macro create_labelled_views() -%}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- set marts = [] -%}
        {%- for node in graph.nodes.values()
            if node.resource_type == 'model' and node.schema == 'marts' -%}
            {%- set relation = adapter.get_relation(node.database, node.schema, node.name) -%}
            {%- if relation is not none -%}
                {%- do marts.append(node) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if marts -%}
            {{ return(adapter.dispatch('labelled_views', 'shequn')(marts)) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{% macro default__labelled_views(marts) -%}
    {%- do run_query('drop schema if exists marts_zh cascade') -%}
    {%- do run_query('create schema marts_zh') -%}
    {%- for mart in marts -%}
        {%- do run_query(labelled_view(mart)) -%}
    {%- endfor -%}
{%- endmacro %}

{# A view that names no database works wherever the file is opened or attached; DuckDB binds it in the current one. #}
{% macro duckdb__labelled_views(marts) -%}
    {%- do run_query('use ' ~ marts[0].database) -%}
    {%- do default__labelled_views(marts) -%}
    {%- do run_query('use ' ~ target.database) -%}
{%- endmacro %}

{% macro labelled_view(mart) -%}
create view marts_zh.{{ adapter.quote(mart.config.meta.label_zh) }} as
select
    {% for column in mart.columns.values() -%}
    {{ column.name }} as {{ adapter.quote(column.config.meta.label_zh) }}{{ '' if loop.last else ',' }}
    {% endfor -%}
from {{ mart.schema }}.{{ mart.name }}
{%- endmacro %}
