{# How many of the four cut points of a measure a buyer's value is strictly above. #}
{% macro cut_points_below(measure) -%}
    {% for percent in [20, 40, 60, 80] -%}
    {{ '' if loop.first else '+ ' -}}
    case when cast(buyers.{{ measure }} as double) > cut_points.{{ measure }}_p{{ percent }} then 1 else 0 end
    {%- if not loop.last %}
        {% endif %}
    {%- endfor %}
{%- endmacro %}
