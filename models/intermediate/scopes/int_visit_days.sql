{%- set slice = slice_by_days(
    ['role', 'scope_type', 'scope_id', 'person_id', 'date'],
    previous='previous_date',
    next='next_date',
    touched_by=[
        changed_together(
            'fct_participation',
            'bridge_participation_scope',
            on='one.participation_id = other.participation_id',
            columns=[
                "'participant'", 'other.scope_type', 'other.scope_id', 'one.member_id',
                'one.participated_date',
            ],
        ),
        changed_together(
            'fct_page_view',
            'bridge_page_view_scope',
            on='one.page_view_id = other.page_view_id',
            columns=[
                "'visitor'", 'other.scope_type', 'other.scope_id', 'one.visitor_id', 'one.viewed_date',
            ],
        ),
    ],
) -%}
with participations as (
    select *
    from {{ sliced(
        slice, 'fct_participation', ['member_id', 'participated_date'], keys=['person_id', 'date']
    ) }}
),

participation_scopes as (
    select * from {{ ref('bridge_participation_scope') }}
),

page_views as (
    select *
    from {{ sliced(
        slice, 'fct_page_view', ['visitor_id', 'viewed_date'], keys=['person_id', 'date']
    ) }}
),

page_view_scopes as (
    select * from {{ ref('bridge_page_view_scope') }}
),

visit_days as (
    select
        'participant' as role,
        participation_scopes.scope_type,
        participation_scopes.scope_id,
        participations.member_id as person_id,
        participations.participated_date as date,
        0 as page_views
    from participation_scopes
    inner join participations
        on participation_scopes.participation_id = participations.participation_id
    group by 1, 2, 3, 4, 5

    union all

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

final as (
    select
        role,
        scope_type,
        scope_id,
        person_id,
        date,
        cast(page_views as bigint) as page_views,
        lag(date) over (
            partition by role, scope_type, scope_id, person_id
            order by date
        ) as previous_date,
        lead(date) over (
            partition by role, scope_type, scope_id, person_id
            order by date
        ) as next_date
    from {{ with_neighbours(slice, 'visit_days') }}
)

select * from final
