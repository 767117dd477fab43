{# The cut points of a measure at 20, 40, 60 and 80 percent and its mean: doubles of six decimals, so that every
   engine cuts at the same place (R21). #}
{% macro cut_points(measure) -%}
    {% for percent in [20, 40, 60, 80] -%}
    round({{ quantile(measure, percent / 100) }}, 6) as {{ measure }}_p{{ percent }},
    {% endfor -%}
    round(cast(sum({{ measure }}) as double) / count(*), 6) as {{ measure }}_mean
{%- endmacro %}

{# How many of the four cut points a buyer's value is strictly above. #}
{% macro cut_points_below(measure) -%}
    {% for percent in [20, 40, 60, 80] -%}
    {{ '' if loop.first else '+ ' -}}
    case when cast(buyers.{{ measure }} as double) > cut_points.{{ measure }}_p{{ percent }} then 1 else 0 end
    {%- if not loop.last %}
        {% endif %}
    {%- endfor %}
{%- endmacro %}
