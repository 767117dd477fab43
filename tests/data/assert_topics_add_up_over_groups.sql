-- messages of a term add up over groups, speakers lie between the largest group's and the sum
with groups as (
    select
        period_type,
        period_start,
        term,
        sum(messages) as messages,
        max(speakers) as most_speakers,
        sum(speakers) as speakers
    from {{ ref('int_scope_terms') }}
    where scope_type = 'group'
    group by period_type, period_start, term
),

alls as (
    select * from {{ ref('int_scope_terms') }}
    where scope_type = 'all'
)

select
    alls.term as all_term,
    groups.term as group_term
from alls
full outer join groups
    on
        alls.period_type = groups.period_type
        and alls.period_start = groups.period_start
        and alls.term = groups.term
where
    alls.term is null
    or groups.term is null
    or alls.messages <> groups.messages
    or alls.speakers < groups.most_speakers
    or alls.speakers > groups.speakers
    or alls.speakers > alls.messages
