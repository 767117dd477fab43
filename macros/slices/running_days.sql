{# Condition that what happened on a date changes running values on the touched days, so that years before are not read. #}
{% macro is_since_begun(slice, date) -%}
    {%- if slice.touched is none -%}
        {{ return('true') }}
    {%- endif -%}
    {%- set first = run_query(
        'select case when count(*) = count(carried_from) then min(carried_from) end from ' ~ slice.begun
    ).columns[0].values()[0] -%}
    {#- who has no day before carries on from nothing: all counts -#}
    {{ return('true' if first is none else date ~ " > date '" ~ first ~ "'") }}
{%- endmacro %}
