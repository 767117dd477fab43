with scope_periods as (
    select * from {{ ref('fct_scope_period') }}
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

participations as (
    select * from {{ ref('fct_participation') }}
),

participation_scopes as (
    select * from {{ ref('bridge_participation_scope') }}
),

page_views as (
    select * from {{ ref('fct_page_view') }}
),

page_view_scopes as (
    select * from {{ ref('bridge_page_view_scope') }}
),

-- One row per day of a participant (or visitor) in the scope.
participant_days as (
    select
        'participant' as role,
        participation_scopes.scope_type,
        participation_scopes.scope_id,
        participations.member_id as person_id,
        participations.participated_date as date,
        count(*) as page_views
    from participation_scopes
    inner join participations
        on participation_scopes.participation_id = participations.participation_id
    group by 1, 2, 3, 4, 5
),

visitor_days as (
    select
        'visitor' as role,
        page_view_scopes.scope_type,
        page_view_scopes.scope_id,
        page_views.visitor_id as person_id,
        page_views.viewed_date as date,
        count(*) as page_views
    from page_view_scopes
    inner join page_views
        on page_view_scopes.page_view_id = page_views.page_view_id
    group by 1, 2, 3, 4, 5
),

person_days as (
    select * from participant_days
    union all
    select * from visitor_days
),

person_days_in_order as (
    select
        *,
        lag(date) over (
            partition by role, scope_type, scope_id, person_id
            order by date
        ) as previous_date
    from person_days
),

-- A person counts once in a period: on the first of its days in it.
period_days as (
    select
        date_periods.period_type,
        date_periods.period_start,
        person_days_in_order.scope_type,
        person_days_in_order.scope_id,
        person_days_in_order.role,
        person_days_in_order.page_views,
        coalesce(person_days_in_order.previous_date < date_periods.period_start, true) as is_first
    from person_days_in_order
    inner join date_periods
        on person_days_in_order.date = date_periods.date
),

period_counts as (
    select
        period_type,
        period_start,
        scope_type,
        scope_id,
        count(*) filter (where role = 'participant' and is_first) as participants,
        sum(page_views) filter (where role = 'visitor') as page_views,
        count(*) filter (where role = 'visitor' and is_first) as visitors
    from period_days
    group by 1, 2, 3, 4
),

final as (
    select
        scope_periods.period_type,
        scope_periods.period_start,
        scope_periods.scope_type,
        scope_periods.scope_id,
        coalesce(period_counts.participants, 0) as participants,
        cast(coalesce(period_counts.page_views, 0) as bigint) as page_views,
        coalesce(period_counts.visitors, 0) as visitors
    from scope_periods
    left join period_counts
        on
            {{ same_scope_period('scope_periods', 'period_counts') | indent(8) }}
)

select * from final
