{# Slices of a model with a row per landed file: the files that landed since the last build, and those with a row of which
   the key came again. Returns the raw tables to look at: system, entity, key and relation, which holds all that landed
   since the first of those files, because only what came later supersedes. #}
{% macro slice_by_superseded_files() -%}
    {%- set by_slices = is_by_slices() -%}
    {%- set landed = entities_landed_since_build() if by_slices else [] -%}
    {%- set touching = ['select system, entity, load_seq from ' ~ this ~ ' where false'] -%}
    {%- for system, entity, key in raw_keys() if (system, entity) in landed -%}
        {%- set relation = source('raw', system ~ '__' ~ entity) -%}
        {%- set new_rows = '(select * from ' ~ relation ~ ' where load_seq > ' ~ built_through() ~ ')' -%}
        {%- do touching.append(
            "select distinct '" ~ system ~ "' as system, '" ~ entity ~ "' as entity, load_seq from ("
            ~ rows_in(relation, key, new_rows, key, nullable=columns_with_null(new_rows, key)) ~ ')'
        ) -%}
    {%- endfor -%}
    {%- set slice = slice_by(['system', 'entity', 'load_seq'], also=touching) -%}
    {%- set first_files = {} -%}
    {%- if by_slices -%}
        {%- for row in run_query(
            'select system, entity, min(load_seq) from ' ~ slice.touched ~ ' group by system, entity'
        ).rows -%}
            {%- do first_files.update({(row[0], row[1]): row[2]}) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set tables = [] -%}
    {%- for system, entity, key in raw_keys() -%}
        {%- set relation = source('raw', system ~ '__' ~ entity) -%}
        {%- if (system, entity) in first_files -%}
            {%- set since = ' where load_seq >= ' ~ first_files[(system, entity)] -%}
            {%- set relation = '(select * from ' ~ relation ~ since ~ ')' -%}
        {%- endif -%}
        {%- if not by_slices or (system, entity) in first_files -%}
            {%- do tables.append({'system': system, 'entity': entity, 'key': key, 'relation': relation}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(tables) }}
{%- endmacro %}

{# Those of the columns that are unknown in a row; of the others an engine compares values alone, and so knows beforehand
   which rows have none of them. #}
{% macro columns_with_null(relation, columns) -%}
    {%- set known = [] -%}
    {%- for column in columns -%}
        {%- do known.append('count(' ~ column ~ ') = count(*)') -%}
    {%- endfor -%}
    {%- set is_known = run_query('select ' ~ known | join(', ') ~ ' from ' ~ relation ~ ' as source').rows[0] -%}
    {%- set found = [] -%}
    {%- for column in columns -%}
        {%- if not is_known[loop.index0] -%}
            {%- do found.append(column) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
