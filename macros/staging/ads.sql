{# By what rows of a platform's reports of any level supersede each other: the finest of `ids`, which begin with it,
   names a row, whatever coarser ones the report tells beside it. #}
{% macro keys_of_levels(day, ids) -%}
    {%- set keys = [day, ids[0]] -%}
    {%- for id in ids[1:] -%}
        {%- do keys.append(
            'case when coalesce(' ~ (ids[:loop.index] + ['null']) | join(', ') ~ ') is null then ' ~ id ~ ' end'
        ) -%}
    {%- endfor -%}
    {{ return(keys) }}
{%- endmacro %}

{# Rows of reports by day or by hour, which both have one at 0:00 and would be summed twice: of what `ids` name, a
   day counts as the last landed report tells it. A file with any other hour is one by hour. #}
{% macro days_or_hours(relation, moment, ids) -%}
select *
from (
    select
        *,
        first_value(is_hourly) over (
            partition by left({{ moment }}, 10), {{ ids | join(', ') }}
            order by load_seq desc, line desc
        ) as is_last_hourly
    from (
        select
            *,
            max(case when {{ moment }} like '% 00:00:00' then 0 else 1 end)
                over (partition by load_seq) as is_hourly
        from {{ relation }}
    ) as told
) as reports
where is_hourly = is_last_hourly
{%- endmacro %}
