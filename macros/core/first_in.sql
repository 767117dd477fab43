{# Distinct people of a period, by sums: of somebody's days in a scope, the first in its week, month, quarter and year count. #}
{% macro first_in_periods(date, previous_date) -%}
    {%- set flags = {} -%}
    {%- for period_type in ['week', 'month', 'quarter', 'year'] -%}
        {%- do flags.update({
            'first_in_' ~ period_type: 'case when ' ~ previous_date ~ ' >= ' ~ period_start(period_type, date)
                ~ ' then 0 else 1 end',
        }) -%}
    {%- endfor -%}
    {{ return(flags) }}
{%- endmacro %}

{# What a value of somebody's days has come to since the first day of the week, month, quarter and year. whose: columns
   that the days are of; of a row that is there to carry on from, the value stands in the column that is asked for. #}
{% macro running_in_periods(value, date, whose) -%}
{%- for period_type in ['week', 'month', 'quarter', 'year'] -%}
cast(sum(coalesce({{ value }}_in_{{ period_type }}, {{ value }})) over (
            partition by {{ whose }}, {{ period_start(period_type, date) }}
            order by {{ date }}
            rows between unbounded preceding and current row
        ) as bigint) as {{ value }}_in_{{ period_type }}
        {{- ',\n        ' if not loop.last }}
{%- endfor -%}
{%- endmacro %}

{# The sum of those columns over the days of a period of any type. on_day: what counts the people of a day. #}
{% macro people_of_period(period_type, on_day) -%}
sum(case {{ period_type }}
            when 'day' then {{ on_day }}
            {% for each in ['week', 'month', 'quarter', 'year'] -%}
            when '{{ each }}' then first_in_{{ each }}
            {% endfor -%}
        end)
{%- endmacro %}
