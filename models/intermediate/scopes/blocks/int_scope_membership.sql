{%- set first_in = first_in_periods('date', 'previous_date') -%}
{%- set slice = slice_by_scope_periods([
    changed_in_periods('fct_scope_membership_day'),
    changed_in_periods(
        'int_move_days', by=['move', 'scope_type', 'scope_id', 'date', 'previous_date']
    ),
    changed_in_periods(
        'fct_presence',
        'left_date',
        by=['scope_type', 'scope_id', 'left_date', 'next_entered_date'],
        condition='one.next_entered_date < ' ~ following_period('other.period_type', 'other.period_start'),
    ),
]) -%}
with scope_periods as (
    select * from {{ sliced(slice, 'int_scope_periods') }}
),

date_periods as (
    select * from {{ sliced(slice, 'bridge_date_period', keys=['period_type', 'period_start']) }}
    where period_type <> 'all'
),

scope_days as (
    select * from {{ sliced_on_days(slice, 'fct_scope_membership_day') }}
),

moves as (
    select * from {{ sliced_on_days(slice, 'int_move_days') }}
),

presence as (
    select * from {{ ref('fct_presence') }}
    where next_entered_date is not null
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

flows as (
    select
        period_type,
        period_start,
        scope_type,
        scope_id,
        cast(sum(joins) as bigint) as joins,
        cast(sum(leaves) as bigint) as leaves,
        cast(sum(dissolved_exits) as bigint) as dissolved_exits,
        cast(sum(entries) as bigint) as entries,
        cast(sum(exits) as bigint) as exits
    from {{ touched_rows(slice, 'period_days') }}
    group by period_type, period_start, scope_type, scope_id
),

-- Who leaves and comes back within a period has two stretches in it and is one member.
returns as (
    select
        departures.period_type,
        departures.period_start,
        presence.scope_type,
        presence.scope_id,
        count(*) as members
    from presence
    inner join date_periods as departures
        on presence.left_date = departures.date
    inner join date_periods as comebacks
        on
            presence.next_entered_date = comebacks.date
            and departures.period_type = comebacks.period_type
            and departures.period_start = comebacks.period_start
    group by
        departures.period_type,
        departures.period_start,
        presence.scope_type,
        presence.scope_id
),

-- A customer counts once in a period: on the first of its days in it.
move_days as (
    select
        move,
        scope_type,
        scope_id,
        date,
        {% for flag, value in first_in.items() -%}
        sum({{ value }}) as {{ flag }},
        {% endfor -%}
        count(*) as members
    from moves
    group by move, scope_type, scope_id, date
),

period_moves as (
    select
        date_periods.period_type,
        date_periods.period_start,
        move_days.*
    from move_days
    inner join date_periods
        on move_days.date = date_periods.date
),

movers as (
    select
        move,
        period_type,
        period_start,
        scope_type,
        scope_id,
        cast({{ people_of_period('period_type', 'members') }} as bigint) as members
    from {{ touched_rows(slice, 'period_moves') }}
    group by move, period_type, period_start, scope_type, scope_id
),

joining as (
    select * from movers
    where move = 'join'
),

leaving as (
    select * from movers
    where move = 'leave'
),

final as (
    select
        scope_periods.period_type,
        scope_periods.period_start,
        scope_periods.scope_type,
        scope_periods.scope_id,
        scope_days.memberships_end - flows.joins + flows.leaves + flows.dissolved_exits
            as memberships_start,
        flows.joins,
        flows.leaves,
        flows.dissolved_exits,
        scope_days.memberships_end,
        scope_days.members_end - flows.entries + flows.exits as members_start,
        scope_days.members_end + flows.exits - coalesce(returns.members, 0) as members_present,
        scope_days.members_end,
        coalesce(joining.members, 0) as joining_members,
        coalesce(leaving.members, 0) as leaving_members,
        scope_days.members_ever
    from scope_periods
    inner join flows
        on
            {{ same_scope_period('scope_periods', 'flows') | indent(8) }}
    left join returns
        on
            {{ same_scope_period('scope_periods', 'returns') | indent(8) }}
    left join joining
        on
            {{ same_scope_period('scope_periods', 'joining') | indent(8) }}
    left join leaving
        on
            {{ same_scope_period('scope_periods', 'leaving') | indent(8) }}
    inner join scope_days
        on
            {{ same_scope('scope_periods', 'scope_days') | indent(8) }}
            and scope_periods.effective_end = scope_days.date
)

select * from final
