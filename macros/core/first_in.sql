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

{# The sum of those columns over the days of a period of any type. on_day: what counts the people of a day. #}
{% macro people_of_period(period_type, on_day) -%}
sum(case {{ period_type }}
            when 'day' then {{ on_day }}
            {% for each in ['week', 'month', 'quarter', 'year'] -%}
            when '{{ each }}' then first_in_{{ each }}
            {% endfor -%}
        end)
{%- endmacro %}
