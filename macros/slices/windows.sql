{# Models with a row per day that look at the days before it, too. #}

{# The rows of an upstream on the touched days, and on so many days before each.
   columns: the slice's columns as the upstream calls them, the day as the last one. #}
{% macro sliced_with_days_before(slice, upstream, columns, days) -%}
    {%- set relation = ref(upstream) -%}
    {%- set dates = ref('dim_date') -%}
    {%- if slice.touched is none -%}
        {{ return(relation) }}
    {%- endif -%}
    {%- set whose, day = slice.columns[:-1], slice.columns[-1] -%}
    {%- set wanted = '(select distinct touched.' ~ whose | join(', touched.') ~ ', dates.date as ' ~ day ~ ' from '
        ~ slice.touched ~ ' as touched inner join ' ~ dates ~ ' as dates on dates.date between '
        ~ add_days('touched.' ~ day, -days) ~ ' and touched.' ~ day ~ ')' -%}
    {{ return('(' ~ rows_in(relation, columns, wanted, slice.columns) ~ ')') }}
{%- endmacro %}
