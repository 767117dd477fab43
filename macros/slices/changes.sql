{# Where the changes of a model stand while a build runs. #}
{% macro changes_of(name) -%}
    {{ return(target.database ~ '.changes.' ~ name) }}
{%- endmacro %}

{# Whether all these models were written by slices in this run, so that their changes stand there. #}
{% macro are_changes_known(names) -%}
    {%- if not names -%}
        {{ return(true) }}
    {%- endif -%}
    {{ return(are_tables_there('changes', names)) }}
{%- endmacro %}

{% macro are_tables_there(schema, names) -%}
    {%- set present = run_query(
        "select count(*) from information_schema.tables where table_schema = '" ~ schema ~ "' and table_name in ('"
        ~ names | join("', '") ~ "')"
    ).columns[0].values()[0] -%}
    {{ return(present == names | length) }}
{%- endmacro %}

{# Whether this model is being written by slices: dbt's incremental run, on an engine that can delete rows. #}
{% macro is_by_slices() -%}
    {{ return(execute and flags.WHICH in ('build', 'run') and is_incremental() and target.type == 'duckdb') }}
{%- endmacro %}

{# Forget the changes of the run before, keep in mind whether what it built had passed its tests, and take back that every
   model is up to date (orchestration/building/basis.py). #}
{% macro begin_build() -%}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- do run_query('drop schema if exists changes cascade') -%}
        {%- do run_query('create schema changes') -%}
        {%- if are_tables_there('raw', ['builds']) -%}
            {%- if run_query('select * from raw.builds where is_finished') | length > 0 -%}
                {%- do run_query('create table ' ~ changes_of('finished_build') ~ ' as select * from raw.builds') -%}
            {%- endif -%}
            {%- do run_query('update raw.builds set is_finished = false') -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# The last landing that the build before this one knew; -1 where there is none. #}
{% macro built_through() -%}
    {%- if not are_tables_there('raw', ['builds']) -%}
        {{ return(-1) }}
    {%- endif -%}
    {{ return(run_query('select coalesce(max(built_through), -1) from raw.builds').columns[0].values()[0]) }}
{%- endmacro %}

{% macro has_landed_since_build(system) -%}
    {{ return(run_query(
        "select count(*) from raw.files where status = 'landed' and system = '" ~ system
        ~ "' and load_seq > " ~ built_through()
    ).columns[0].values()[0] > 0) }}
{%- endmacro %}

{# System and entity of the files that landed since the last build. #}
{% macro entities_landed_since_build() -%}
    {%- set found = [] -%}
    {%- for row in run_query(
        "select distinct system, entity from raw.files where status = 'landed' and load_seq > " ~ built_through()
    ).rows -%}
        {%- do found.append((row[0], row[1])) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
