{# Models with a row per day of somebody, and with the day before and after in the same row: its slice is one row, and
   whatever comes or goes changes what its neighbours say, too. So a refresh need not write the history of all who were active. #}

{# columns: whose day it is, and the day as the last one; previous, next: the columns of its neighbours.
   runs_on: whether rows hold values that run on from day to day, so that a day touches all later ones of the same. #}
{% macro slice_by_days(columns, previous, next, touched_by, runs_on=false) -%}
    {%- set slice = slice_by(columns, touched_by, meta={'neighbours': [previous, next]}) -%}
    {%- if slice.touched is not none -%}
        {%- set whose, day = columns[:-1], columns[-1] -%}
        {%- set first_day = first_touched_day(day) -%}
        {%- if runs_on and first_day is not none -%}
            {%- set keys = columns | join(', ') -%}
            {%- do run_query(
                'insert into ' ~ slice.touched ~ '\nselect later.' ~ columns | join(', later.') ~ ' from (select ' ~ keys
                ~ ' from ' ~ this ~ ' where ' ~ day ~ " > date '" ~ first_day ~ "') as later inner join " ~ slice.touched
                ~ ' as touched using (' ~ whose | join(', ') ~ ') where later.' ~ day ~ ' > touched.' ~ day
                ~ '\nexcept select ' ~ keys ~ ' from ' ~ slice.touched
            ) -%}
        {%- endif -%}
        {%- set near, compared = changes_of(this.identifier ~ '__near'), changes_of(this.identifier ~ '__compared') -%}
        {%- do slice.update({'near': near, 'neighbours': [previous, next]}) -%}
        {#- as they were: the touched days themselves, the day after each and the day before -#}
        {%- do run_query(
            'create or replace table ' ~ near ~ ' as\nselect distinct before.* from (select * from ' ~ this ~ ' where '
            ~ is_near_touched_days(columns, next) ~ ') as before inner join ' ~ slice.touched ~ ' as touched using ('
            ~ whose | join(', ') ~ ') where before.' ~ day ~ ' = touched.' ~ day ~ ' or before.' ~ day ~ ' > touched.' ~ day
            ~ ' and coalesce(before.' ~ previous ~ ' <= touched.' ~ day ~ ', true) or before.' ~ day ~ ' < touched.' ~ day
            ~ ' and coalesce(before.' ~ next ~ ' >= touched.' ~ day ~ ', true)'
        ) -%}
        {%- do run_query(
            'create or replace table ' ~ compared ~ ' as\nselect * from ' ~ slice.touched ~ ' union select '
            ~ columns | join(', ') ~ ' from ' ~ near
        ) -%}
    {%- endif -%}
    {{ return(slice) }}
{%- endmacro %}

{% macro first_touched_day(day) -%}
    {{ return(run_query(
        'select min(' ~ day ~ ') from ' ~ changes_of(this.identifier ~ '__touched')
    ).columns[0].values()[0]) }}
{%- endmacro %}

{# Condition that a row of the model may be a touched one or a neighbour: its next day is not before the first touched day.
   A date tells it before four texts are looked at, and in one term, which DuckDB asks of a row before it reads the others. #}
{% macro is_near_touched_days(columns, next) -%}
    {%- set first_day = first_touched_day(columns[-1]) -%}
    {{ return(
        'false' if first_day is none else 'coalesce(' ~ next ~ ", date '9999-12-31') >= date '" ~ first_day ~ "'"
    ) }}
{%- endmacro %}

{# The touched rows of `days` (a CTE with the slice's columns), their neighbours as they were, and of the days beyond those
   whose they are: what lag and lead over them say of touched days and neighbours is true. #}
{% macro with_neighbours(slice, days) -%}
    {%- if slice.touched is none -%}
        {{ return(days) }}
    {%- endif -%}
    {%- set columns = slice.columns | join(', ') -%}
    {%- set sides = [] -%}
    {%- for neighbour in slice.neighbours -%}
        {%- do sides.append(
            'select ' ~ slice.columns[:-1] | join(', ') ~ ', ' ~ neighbour ~ ' as ' ~ slice.columns[-1] ~ ' from '
            ~ slice.near ~ ' where ' ~ neighbour ~ ' is not null'
        ) -%}
    {%- endfor -%}
    {{ return(
        '(select * from ' ~ touched_rows(slice, days) ~ ' union all by name select * from ' ~ slice.near
        ~ ' anti join ' ~ slice.touched ~ ' using (' ~ columns ~ ') union all by name select * from ('
        ~ sides | join(' union ') ~ ') anti join ' ~ changes_of(this.identifier ~ '__compared') ~ ' using (' ~ columns ~ '))'
    ) }}
{%- endmacro %}

{# A model with a row per day whose values run on from day to day: what happens on a day touches all days from it on, and
   those before it are where the running values come from. columns: whose day it is, and the day as the last one. #}
{% macro slice_by_running_days(columns, touched_by=[]) -%}
    {%- set slice = slice_by(columns, touched_by) -%}
    {%- set dates = ref('dim_date') -%}
    {%- if slice.touched is not none -%}
        {%- set whose, day = columns[:-1], columns[-1] -%}
        {%- do slice.update({'begun': changes_of(this.identifier ~ '__begun')}) -%}
        {#- carried_on: the day before the first touched one, if it has a row -#}
        {%- do run_query(
            'create or replace table ' ~ slice.begun ~ ' as\nselect begun.*, before.' ~ day ~ ' as carried_from from (select '
            ~ whose | join(', ') ~ ', min(' ~ day ~ ') as ' ~ day ~ ' from ' ~ slice.touched ~ ' group by all) as begun left join '
            ~ this ~ ' as before on before.' ~ day ~ ' = begun.' ~ day ~ ' - 1'
            ~ same_columns('before', 'begun', whose)
        ) -%}
        {%- do run_query(
            'insert into ' ~ slice.touched ~ '\nselect begun.' ~ whose | join(', begun.') ~ ', dates.date from '
            ~ slice.begun ~ ' as begun inner join ' ~ dates ~ ' as dates on dates.date > begun.' ~ day
        ) -%}
    {%- endif -%}
    {{ return(slice) }}
{%- endmacro %}

{# What changes running values on the days from the first touched one on, and on the day before it what they had come to.
   changes: a CTE with the slice's columns; values: what changes -> the model's column that it runs up to. #}
{% macro carried_on(slice, changes, values) -%}
    {%- if slice.touched is none -%}
        {{ return(changes) }}
    {%- endif -%}
    {%- set whose, day = slice.columns[:-1], slice.columns[-1] -%}
    {%- set carried = [] -%}
    {%- for change, value in values.items() -%}
        {%- do carried.append('before.' ~ value ~ ' as ' ~ change) -%}
    {%- endfor -%}
    {{ return(
        '(select changes.* from ' ~ changes ~ ' as changes inner join ' ~ slice.begun
        ~ ' as begun on coalesce(changes.' ~ day ~ ' > begun.carried_from, true)' ~ same_columns('changes', 'begun', whose)
        ~ ' union all by name select before.' ~ slice.columns | join(', before.') ~ ', ' ~ carried | join(', ')
        ~ ' from ' ~ this ~ ' as before inner join ' ~ slice.begun ~ ' as begun on before.' ~ day
        ~ ' = begun.carried_from' ~ same_columns('before', 'begun', whose) ~ ')'
    ) }}
{%- endmacro %}

{% macro same_columns(one, other, columns) -%}
    {%- set conditions = [] -%}
    {%- for column in columns -%}
        {%- do conditions.append(' and ' ~ one ~ '.' ~ column ~ ' = ' ~ other ~ '.' ~ column) -%}
    {%- endfor -%}
    {{ return(conditions | join) }}
{%- endmacro %}
