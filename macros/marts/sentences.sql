{# Sentences stand in seeds, their figures in {braces}; these macros fill them in. #}

{# `template` with each {name} of `figures` replaced by its text expression; a figure that is not known says nothing.
   What comes from people (names) goes last, so that braces in it are left alone. #}
{% macro fill_in(template, figures) -%}
    {%- set filled = namespace(sql=template) -%}
    {%- for name, text in figures.items() -%}
        {%- set filled.sql = "replace(\n    " ~ filled.sql ~ ", '{" ~ name ~ "}', coalesce(" ~ text ~ ", '')\n)" -%}
    {%- endfor -%}
    {{ filled.sql }}
{%- endmacro %}

{% macro format_percent(expression) -%}
    {{ format_number('100 * (' ~ expression ~ ')', 1) }} || '%'
{%- endmacro %}

{# One decimal where there is one: 12, 2.5. #}
{% macro format_short(expression) -%}
    case
        when round({{ expression }}, 1) = round({{ expression }}, 0) then {{ format_number(expression) }}
        else {{ format_number(expression, 1) }}
    end
{%- endmacro %}

{# 1 touch, 2 touches. #}
{% macro format_counted(expression, one, many) -%}
    {{ format_number(expression) }} || case when {{ expression }} = 1 then ' {{ one }}' else ' {{ many }}' end
{%- endmacro %}
