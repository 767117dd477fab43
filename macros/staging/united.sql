{# The rows that `systems` have of a canonical entity, columns by place as in stg_canonical__<entity>.
   Of one key the last landed counts, whichever system says it (R20). #}
{% macro united(entity, key, systems) -%}
with of_systems as (
    {% for system in systems %}
    select * from {{ ref('stg_' ~ system ~ '__' ~ entity) }}
    {% if not loop.last %}

    union all

    {% endif %}
    {% endfor %}
),

final as (
    {{ last_landed('of_systems', key) | indent(4) }}
)

select * from final
{%- endmacro %}
