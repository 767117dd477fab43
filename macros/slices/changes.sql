{# Where the changes of a model stand while a build runs. #}
{% macro changes_of(name) -%}
    {{ return(target.database ~ '.changes.' ~ name) }}
{%- endmacro %}

{# Whether all these models were written by slices in this run, so that their changes stand there. They are asked of a table of
   names, since asking the catalogue goes through every table of both files. #}
{% macro are_changes_known(names) -%}
    {%- if not names -%}
        {{ return(true) }}
    {%- endif -%}
    {%- set known = run_query(
        'select count(distinct name) from ' ~ changes_of('known') ~ " where name in ('" ~ names | join("', '") ~ "')"
    ).columns[0].values()[0] -%}
    {{ return(known == names | length) }}
{%- endmacro %}

{# Statement that says that the changes of `name` stand there. #}
{% macro changes_become_known(name) -%}
    {{ return('insert into ' ~ changes_of('known') ~ " values ('" ~ name ~ "')") }}
{%- endmacro %}

{# Whether this model is being written by slices: dbt's incremental run, on an engine that can delete rows. #}
{% macro is_by_slices() -%}
    {{ return(execute and flags.WHICH in ('build', 'run') and is_incremental() and target.type == 'duckdb') }}
{%- endmacro %}

{# Forget the changes of the run before, keep in mind what it built through and whether that had passed its tests, and take
   back that every model is up to date (orchestration/building/basis.py). #}
{% macro begin_build() -%}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- do run_query('drop schema if exists changes cascade') -%}
        {%- do run_query('create schema changes') -%}
        {%- do run_query('create table ' ~ changes_of('known') ~ ' (name varchar)') -%}
        {%- set is_begun = run_query(
            "select count(*) from information_schema.tables where table_schema = 'raw' and table_name = 'builds'"
        ).columns[0].values()[0] > 0 -%}
        {%- do run_query(
            'create table ' ~ changes_of('begun_from') ~ ' as select '
            ~ ('coalesce(max(built_through), -1) as built_through from raw.builds' if is_begun else '-1 as built_through')
        ) -%}
        {%- if is_begun -%}
            {%- if run_query('select * from raw.builds where is_finished') | length > 0 -%}
                {%- do run_query('create table ' ~ changes_of('finished_build') ~ ' as select * from raw.builds') -%}
                {%- do run_query(changes_become_known('finished_build')) -%}
            {%- endif -%}
            {%- do run_query('update raw.builds set is_finished = false') -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# The last landing that the build before this one knew; -1 where there is none. #}
{% macro built_through() -%}
    {{ return(run_query('select built_through from ' ~ changes_of('begun_from')).columns[0].values()[0]) }}
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
