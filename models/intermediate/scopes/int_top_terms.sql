{%- set slice = slice_by(['period_type', 'period_start'], touched_by=[
    changed('int_scope_terms'),
    changed(
        'int_scope_terms',
        key=['period_type', 'period_start'],
        via='dim_period',
        on=['period_type', 'previous_start'],
    ),
    changed('dim_period'),
]) -%}
{%- set top_terms = 200 -%}
with scope_terms as (
    select * from {{ sliced(slice, 'int_scope_terms') }}
),

periods as (
    select * from {{ sliced(slice, 'dim_period') }}
),

terms_before as (
    select
        scope_terms_before.scope_type,
        scope_terms_before.scope_id,
        scope_terms_before.term,
        scope_terms_before.messages,
        periods.period_type,
        periods.period_start
    from {{ ref('int_scope_terms') }} as scope_terms_before
    inner join periods
        on
            scope_terms_before.period_type = periods.period_type
            and scope_terms_before.period_start = periods.previous_start
),

ranked as (
    select
        scope_terms.*,
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
        coalesce(terms_before.messages, 0) as previous_messages,
        published.term_rank <= {{ top_terms }} as is_top_term
    from published
    left join terms_before
        on
            {{ same_scope_period('published', 'terms_before') | indent(12) }}
            and published.term = terms_before.term
)

select * from final
