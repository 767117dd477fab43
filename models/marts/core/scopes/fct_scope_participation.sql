{%- set first_in = first_in_periods('date', 'previous_date') -%}
{%- set slice = slice_by_scope_periods([
    changed_in_periods('int_visit_days'),
]) -%}
with scope_periods as (
    select * from {{ sliced(slice, 'fct_scope_period') }}
),

date_periods as (
    select * from {{ sliced(slice, 'bridge_date_period', keys=['period_type', 'period_start']) }}
    where period_type <> 'all'
),

visit_days as (
    select * from {{ ref('int_visit_days') }}
),

-- A person counts once in a period: on the first of its days in it.
scope_days as (
    select
        role,
        scope_type,
        scope_id,
        date,
        sum(page_views) as page_views,
        {% for flag, value in first_in.items() -%}
        sum({{ value }}) as {{ flag }},
        {% endfor -%}
        count(*) as people
    from visit_days
    group by role, scope_type, scope_id, date
),

period_days as (
    select
        date_periods.period_type,
        date_periods.period_start,
        scope_days.*
    from scope_days
    inner join date_periods
        on scope_days.date = date_periods.date
),

period_counts as (
    select
        role,
        period_type,
        period_start,
        scope_type,
        scope_id,
        sum(page_views) as page_views,
        {{ people_of_period('period_type', 'people') }} as people
    from {{ touched_rows(slice, 'period_days') }}
    group by role, period_type, period_start, scope_type, scope_id
),

participants as (
    select * from period_counts
    where role = 'participant'
),

visitors as (
    select * from period_counts
    where role = 'visitor'
),

final as (
    select
        scope_periods.period_type,
        scope_periods.period_start,
        scope_periods.scope_type,
        scope_periods.scope_id,
        cast(coalesce(participants.people, 0) as bigint) as participants,
        cast(coalesce(visitors.page_views, 0) as bigint) as page_views,
        cast(coalesce(visitors.people, 0) as bigint) as visitors
    from scope_periods
    left join participants
        on
            {{ same_scope_period('scope_periods', 'participants') | indent(8) }}
    left join visitors
        on
            {{ same_scope_period('scope_periods', 'visitors') | indent(8) }}
)

select * from final
