{%- set period = ['period_type', 'period_start'] -%}
-- what mart_topic leaves out of a full scope and period is no more frequent than what it shows
with shown as (
    select
        period_type,
        period_start,
        scope_type,
        scope_id,
        count(*) as terms,
        min(messages) as fewest_messages
    from {{ tested_rows('mart_topic', period) }}
    group by 1, 2, 3, 4
),

known as (
    select * from {{ tested_rows('int_scope_terms', period, {'mart_topic': period}) }}
),

left_out as (
    select
        known.period_type,
        known.period_start,
        known.scope_type,
        known.scope_id,
        known.messages
    from known
    left join {{ tested_rows('mart_topic', period) }} as topics
        on
            {{ same_scope_period('known', 'topics') | indent(12) }}
            and known.term = topics.term
    where topics.term is null
)

select
    shown.scope_id,
    shown.terms
from shown
left join left_out
    on {{ same_scope_period('shown', 'left_out') | indent(4) }}
where
    shown.terms > 200
    or (left_out.messages is not null and shown.terms < 200)
    or left_out.messages > shown.fewest_messages
