{# What a channel's days of a period add up to, NULL where the period has none. #}
{% macro sum_in_period(column) -%}
    sum(
        case
            when channel_days.date >= channel_periods.period_start
                then channel_days.{{ column }}
        end
    )
{%- endmacro %}
