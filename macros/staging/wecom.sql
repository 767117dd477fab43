{# Two times of WeCom tell of one event when they are no further apart: it writes a join and calls back about it separately. #}
{% macro wecom_same_event(first, second) -%}
    {{ second }} between {{ add_seconds(first, -60) }} and {{ add_seconds(first, 60) }}
{%- endmacro %}

{# The channel that a state names. A contact who is added again may bear a state of WeCom's own making. #}
{% macro wecom_channel(state) -%}
    case when {{ state }} not like 'wb:%' then {{ state }} end
{%- endmacro %}

{# Whether an id is an external contact's by its form, for ids of which nothing else is said. #}
{% macro wecom_is_external(id) -%}
    ({{ id }} like 'wm%' or {{ id }} like 'wo%')
{%- endmacro %}

{# The moment of a snapshot whose file's name gives it; a day alone is that day's end, so that nobody leaves before
   what he did that day. #}
{% macro wecom_taken_at(snapshot_at) -%}
    case
        when {{ snapshot_at }} like '% 00:00:00'
            then {{ add_seconds('cast(' ~ snapshot_at ~ ' as timestamp)', 86399) }}
        else cast({{ snapshot_at }} as timestamp)
    end
{%- endmacro %}
