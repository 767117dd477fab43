{%- set slice = slice_by_days(
    ['move', 'scope_type', 'scope_id', 'member_id', 'date'],
    previous='previous_date',
    next='next_date',
    touched_by=[
        changed_together(
            'fct_membership_span',
            'bridge_group_scope',
            on='one.group_id = other.group_id',
            columns=[
                "'join'", 'other.scope_type', 'other.scope_id', 'one.member_id', 'one.start_date',
            ],
            by=['group_id', 'member_id', 'start_date'],
        ),
        changed_together(
            'fct_membership_span',
            'bridge_group_scope',
            on='one.group_id = other.group_id',
            columns=[
                "'leave'", 'other.scope_type', 'other.scope_id', 'one.member_id', 'one.end_date',
            ],
            condition="one.end_reason = 'leave'",
            by=['group_id', 'member_id', 'end_date', 'end_reason'],
        ),
    ],
) -%}
with starts as (
    select *
    from {{ sliced(
        slice, 'fct_membership_span', ['member_id', 'start_date'], keys=['member_id', 'date']
    ) }}
),

ends as (
    select *
    from {{ sliced(
        slice, 'fct_membership_span', ['member_id', 'end_date'], keys=['member_id', 'date']
    ) }}
    where end_reason = 'leave'
),

group_scopes as (
    select * from {{ ref('bridge_group_scope') }}
),

moves as (
    select
        'join' as move,
        group_scopes.scope_type,
        group_scopes.scope_id,
        starts.member_id,
        starts.start_date as date
    from starts
    inner join group_scopes
        on starts.group_id = group_scopes.group_id
    group by 1, 2, 3, 4, 5

    union all

    select
        'leave' as move,
        group_scopes.scope_type,
        group_scopes.scope_id,
        ends.member_id,
        ends.end_date as date
    from ends
    inner join group_scopes
        on ends.group_id = group_scopes.group_id
    group by 1, 2, 3, 4, 5
),

final as (
    select
        move,
        scope_type,
        scope_id,
        member_id,
        date,
        lag(date) over (
            partition by move, scope_type, scope_id, member_id
            order by date
        ) as previous_date,
        lead(date) over (
            partition by move, scope_type, scope_id, member_id
            order by date
        ) as next_date
    from {{ with_neighbours(slice, 'moves') }}
)

select * from final
