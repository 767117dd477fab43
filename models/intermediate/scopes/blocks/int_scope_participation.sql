{%- set slice = slice_by_scope_periods([changed_in_periods('int_scope_visit_days')]) -%}
with scope_periods as (
    select * from {{ sliced(slice, 'int_scope_periods') }}
),

date_periods as (
    select * from {{ sliced(slice, 'bridge_date_period', keys=['period_type', 'period_start']) }}
    where period_type <> 'all'
),

scope_days as (
    select * from {{ ref('int_scope_visit_days') }}
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
