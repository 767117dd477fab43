{# Rows of `relation` that no later row of the same key supersedes (R20): the last landed wins,
   NULL equals NULL. Nearly all keys land once: an aggregate of hashes finds those that did not, and only their rows, and the
   few whose hash is theirs by chance, are ranked. #}
{% macro last_landed(relation, keys) -%}
{%- set repeated = '(select ' ~ hash_of(keys) ~ ' from ' ~ relation ~ ' group by 1 having count(*) > 1)' -%}
select
    *,
    1 as landing_rank
from {{ relation }}
where {{ hash_of(keys) }} not in {{ repeated }}

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
    where {{ hash_of(keys) }} in {{ repeated }}
) as ranked
where landing_rank = 1
{%- endmacro %}
