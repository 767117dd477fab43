{# Slices of a model with a row per landed file: the files that landed since the last build, and those with a row of which
   the key came again. Returns the raw tables to look at: system, entity, key and relation, which holds all that landed
   since the first of those files, because only what came later supersedes. #}
{% macro slice_by_superseded_files() -%}
    {%- set by_slices = is_by_slices() -%}
    {%- set landed = entities_landed_since_build() if by_slices else [] -%}
    {%- set tables = [] -%}
    {%- set touching = ['select system, entity, load_seq from ' ~ this ~ ' where false'] -%}
    {%- for system, entity, key in raw_keys() -%}
        {%- set relation = source('raw', system ~ '__' ~ entity) -%}
        {%- if not by_slices -%}
            {%- do tables.append({'system': system, 'entity': entity, 'key': key, 'relation': relation}) -%}
        {%- elif (system, entity) in landed -%}
            {%- set new_rows = '(select * from ' ~ relation ~ ' where load_seq > ' ~ built_through() ~ ')' -%}
            {%- set repeated = '(' ~ rows_in(relation, key, new_rows, key, nullable=key) ~ ')' -%}
            {%- do touching.append(
                "select distinct '" ~ system ~ "' as system, '" ~ entity ~ "' as entity, load_seq from " ~ repeated
            ) -%}
            {%- set first = '(select min(load_seq) from ' ~ repeated ~ ')' -%}
            {%- do tables.append({
                'system': system, 'entity': entity, 'key': key,
                'relation': '(select * from ' ~ relation ~ ' where load_seq >= ' ~ first ~ ')',
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do slice_by(['system', 'entity', 'load_seq'], also=touching) -%}
    {{ return(tables) }}
{%- endmacro %}
