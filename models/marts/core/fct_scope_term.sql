{%- set top_terms = 200 -%}
with scope_terms as (
    select * from {{ ref('int_scope_terms') }}
),

periods as (
    select * from {{ ref('dim_period') }}
),

ranked as (
    select
        scope_terms.*,
        periods.previous_start,
        row_number() over (
            partition by
                scope_terms.period_type,
                scope_terms.period_start,
                scope_terms.scope_type,
                scope_terms.scope_id
            order by scope_terms.messages desc, scope_terms.speakers desc, scope_terms.term
        ) as term_rank
    from scope_terms
    inner join periods
        on
            scope_terms.period_type = periods.period_type
            and scope_terms.period_start = periods.period_start
),

-- what many say anywhere is no secret of a group: with its rows a figure of all adds up over groups
top_of_all as (
    select
        period_type,
        period_start,
        term
    from ranked
    where scope_type = 'all' and term_rank <= {{ top_terms }}
),

published as (
    select ranked.*
    from ranked
    left join top_of_all
        on
            ranked.period_type = top_of_all.period_type
            and ranked.period_start = top_of_all.period_start
            and ranked.term = top_of_all.term
    where ranked.term_rank <= {{ top_terms }} or top_of_all.term is not null
),

final as (
    select
        published.period_type,
        published.period_start,
        published.scope_type,
        published.scope_id,
        published.term,
        published.messages,
        published.speakers,
        coalesce(previous_terms.messages, 0) as previous_messages,
        published.term_rank <= {{ top_terms }} as is_top_term
    from published
    left join scope_terms as previous_terms
        on
            {{ same_scope('published', 'previous_terms') | indent(12) }}
            and published.period_type = previous_terms.period_type
            and published.previous_start = previous_terms.period_start
            and published.term = previous_terms.term
)

select * from final
