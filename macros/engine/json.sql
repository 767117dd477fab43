{# The text of one key of a JSON object; NULL where the text holds no object, or the object no such key. #}
{% macro json_text(expression, key) -%}
    {{ return(adapter.dispatch('json_text', 'shequn')(expression, key)) }}
{%- endmacro %}

{% macro default__json_text(expression, key) -%}
    case
        when json_valid({{ expression }}) then json_extract_string({{ expression }}, '$.{{ key }}')
    end
{%- endmacro %}

{% macro spark__json_text(expression, key) -%}
    get_json_object({{ expression }}, '$.{{ key }}')
{%- endmacro %}

{# The texts of a JSON list; plain text is split at its commas, an object holds none. Elements that are objects stay JSON. #}
{% macro json_list(expression) -%}
    {{ return(adapter.dispatch('json_list', 'shequn')(expression)) }}
{%- endmacro %}

{% macro default__json_list(expression) -%}
    case
        when {{ expression }} like '[%' then json_extract_string({{ expression }}, '$[*]')
        when left({{ expression }}, 1) <> '{' then string_split({{ expression }}, ',')
    end
{%- endmacro %}

{% macro spark__json_list(expression) -%}
    case
        when {{ expression }} like '[%' then from_json({{ expression }}, 'array<string>')
        when left({{ expression }}, 1) <> '{' then split({{ expression }}, ',')
    end
{%- endmacro %}
