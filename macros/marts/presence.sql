{# A stretch of fct_presence reaches over the end of a day. #}
{% macro is_there_at_end_of(stretch, day) -%}
    (
        {{ stretch }}.entered_date <= {{ day }}
        and ({{ stretch }}.left_date is null or {{ stretch }}.left_date > {{ day }})
    )
{%- endmacro %}
