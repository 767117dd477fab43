{# Rows of `relation` that no later row of the same key supersedes (R20): the last landed wins,
   NULL equals NULL. Nearly all keys land once: an aggregate of hashes finds those that did not, and only their rows, and the
   few whose hash is theirs by chance, are ranked. #}
{% macro last_landed(relation, keys) -%}
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

select *
from (
    select
        *,
        row_number() over (
            partition by {{ keys | join(', ') }}
            order by load_seq desc, line desc
        ) as landing_rank
    from {{ relation }}
    where {{ hash_of(keys) }} in (select key_hash from repeated)
) as ranked
where landing_rank = 1
{%- endmacro %}
