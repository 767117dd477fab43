{# Rows of `relation` that no later row of the same key supersedes (R20): the last landed wins,
   NULL equals NULL. Nearly all keys land once: an aggregate of hashes finds those that did not, and only their rows, and the
   few whose hash is theirs by chance, are ranked; of few rows it is cheaper to rank all. #}
{% macro last_landed(relation, keys, is_few=false) -%}
{% if is_few -%}
{{ ranked_by_landing(relation, keys) }}
{%- else -%}
with repeated as (
    select {{ hash_of(keys) }} as key_hash
    from {{ relation }}
    group by {{ hash_of(keys) }}
    having count(*) > 1
)

select
    *,
    1 as landing_rank
from {{ relation }}
where {{ hash_of(keys) }} not in (select key_hash from repeated)

union all

{{ ranked_by_landing(relation, keys, hash_of(keys) ~ ' in (select key_hash from repeated)') }}
{%- endif %}
{%- endmacro %}

{% macro ranked_by_landing(relation, keys, condition=none) -%}
select *
from (
    select
        *,
        row_number() over (
            partition by {{ keys | join(', ') }}
            order by load_seq desc, line desc
        ) as landing_rank
    from {{ relation }}
    {%- if condition %}
    where {{ condition }}
    {%- endif %}
) as ranked
where landing_rank = 1
{%- endmacro %}
