{# Changes of scopes by day: each of `measures` as `given` (an aggregate), 0 where it is not. #}
{% macro scope_changes(relation, date, measures, given, condition='true') -%}
select
    scope_type,
    scope_id,
    {{ date }} as date,
    {% for measure in measures -%}
    {{ given.get(measure, '0') }} as {{ measure }}{{ ',' if not loop.last }}
    {% endfor -%}
from {{ relation }}
where {{ condition }}
group by scope_type, scope_id, {{ date }}
{%- endmacro %}

{# The running sum of a measure over the days of its scope, from the first change on. #}
{% macro running_sum(measure) -%}
cast(sum({{ measure }}) over (partition by scope_type, scope_id order by date) as bigint)
{%- endmacro %}
