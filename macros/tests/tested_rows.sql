{# What a data test looks at of a model: all of its rows, or, where this build brought slices of it up to date, the rows that
   share `columns` with one that came or went. `touched_by`: the models whose changes tell, if not the model itself, each with
   its names of those columns. #}
{% macro tested_rows(name, columns, touched_by=none) -%}
    {%- set relation = ref(name) -%}
    {%- set touching = touched_by or {name: columns} -%}
    {%- if not are_brought_up_to_date(touching.keys() | list) -%}
        {{ return(relation) }}
    {%- endif -%}
    {%- set statements = [] -%}
    {%- for model, its_columns in touching.items() -%}
        {%- do statements.append(slices_of(changes_of(model), columns, its_columns)) -%}
    {%- endfor -%}
    {{ return('(' ~ rows_in(relation, columns, '(' ~ statements | join(' union ') ~ ')', columns) ~ ')') }}
{%- endmacro %}

{# The rows of a model that this build wrote: enough for a test of what each row says by itself. #}
{% macro tested_new_rows(name) -%}
    {%- set relation = ref(name) -%}
    {{ return(added_rows(name) if are_brought_up_to_date([name]) else relation) }}
{%- endmacro %}

{% macro added_rows(name) -%}
    {{ return('(select * from ' ~ changes_of(name) ~ " where change = 'added')") }}
{%- endmacro %}

{# Whether this build wrote all these models by slices, upon a build that had passed its tests. #}
{% macro are_brought_up_to_date(names) -%}
    {{ return(execute and flags.WHICH == 'build' and are_changes_known(names + ['finished_build'])) }}
{%- endmacro %}
