{# Rows of `relation` that no later row of the same key supersedes (R20): the last landed wins,
   NULL equals NULL. #}
{% macro last_landed(relation, keys) -%}
select *
from (
    select
        *,
        row_number() over (
            partition by {{ keys | join(', ') }}
            order by load_seq desc, line desc
        ) as landing_rank
    from {{ relation }}
) as ranked
where landing_rank = 1
{%- endmacro %}
