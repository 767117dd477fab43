{# Names of a model's numeric columns, in order, read from its contract: the one place that lists them. #}
{% macro numeric_columns(model_name) -%}
    {%- set numeric = [] -%}
    {%- if execute -%}
        {%- set model = graph.nodes['model.shequn.' ~ model_name] -%}
        {%- for column in model.columns.values() -%}
            {%- if column.data_type.split('(')[0] in ['bigint', 'integer', 'double', 'decimal'] -%}
                {%- do numeric.append(column.name) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(numeric) }}
{%- endmacro %}
