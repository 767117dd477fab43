{# What an attribution model credits one contact of a path with, as a decimal. #}
{% macro credit(model) -%}
    cast(paths.{{ model }}_weight as decimal(20, 18))
{%- endmacro %}

{# At or before a moment, and less than so many hours before it. #}
{% macro is_hours_before(contact, moment, hours) -%}
    {{ return(
        moment ~ ' >= ' ~ contact ~ ' and ' ~ contact ~ ' > ' ~ add_hours(moment, '-1 * ' ~ hours)
    ) }}
{%- endmacro %}
