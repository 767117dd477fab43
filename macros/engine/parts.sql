{# A table whose statement wants more memory than a build may take is worked out in parts, each by a statement of its own:
   within one statement DuckDB keeps what the parts before wanted. The compiled statement is of part 0, and is run again
   with the number of each other part in its place. Engines that spread a statement over machines do without. #}

{# Called by the model beside slice_by. Bringing it up to date takes one statement. #}
{% macro worked_out_in_parts() -%}
    {%- do config(post_hook='{{ insert_other_parts() }}') -%}
{%- endmacro %}

{% macro number_of_parts() -%}
    {{ return(8) }}
{%- endmacro %}

{# Condition that a row is of the part: by its day, in as many spans of history. #}
{% macro is_in_part_of_history(date) -%}
    {{ return(adapter.dispatch('is_in_part_of_history', 'shequn')(date)) }}
{%- endmacro %}

{% macro default__is_in_part_of_history(date) -%}
    {{ return('true') }}
{%- endmacro %}

{% macro duckdb__is_in_part_of_history(date) -%}
    {%- set reporting_window = ref('int_reporting_window') -%}
    {%- if not execute or is_incremental() or load_relation(reporting_window) is none -%}
        {{ return('true') }}
    {%- endif -%}
    {%- set last = number_of_parts() - 1 -%}
    {%- set days = run_query(
        'select history_start_date, (as_of_date - history_start_date) // ' ~ number_of_parts() ~ ' + 1 from '
        ~ reporting_window
    ) -%}
    {%- if days.rows | length == 0 or days.rows[0][0] is none -%}
        {{ return('true') }}
    {%- endif -%}
    {%- set part_start = "date '" ~ days.rows[0][0] ~ "' + " ~ days.rows[0][1] ~ ' * (' ~ part() -%}
    {{ return(
        '(' ~ date ~ ' >= ' ~ part_start ~ ') or ' ~ part() ~ ' = 0) and (' ~ date ~ ' < ' ~ part_start ~ ' + 1) or '
        ~ part() ~ ' = ' ~ last ~ ')'
    ) }}
{%- endmacro %}

{# The same by a column with many values, such as a person's. #}
{% macro is_in_part_of(column) -%}
    {{ return(adapter.dispatch('is_in_part_of', 'shequn')(column)) }}
{%- endmacro %}

{% macro default__is_in_part_of(column) -%}
    {{ return('true') }}
{%- endmacro %}

{% macro duckdb__is_in_part_of(column) -%}
    {{ return(
        'true' if not execute or is_incremental() else 'hash(' ~ column ~ ') % ' ~ number_of_parts() ~ ' = ' ~ part()
    ) }}
{%- endmacro %}

{% macro part(number=0) -%}
    {{ return('/* part */ ' ~ number) }}
{%- endmacro %}

{# Hook after a table was created: the statements that add the other parts. #}
{% macro insert_other_parts() -%}
    {%- if execute and part() in model['compiled_code'] -%}
        {%- for number in range(1, number_of_parts()) -%}
            {%- do run_query(
                'insert into ' ~ this ~ ' by name\n' ~ model['compiled_code'] | replace(part(), part(number))
            ) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
