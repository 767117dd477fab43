with scope_periods as (
    select * from {{ ref('fct_scope_period') }}
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

scope_days as (
    select * from {{ ref('fct_scope_membership_day') }}
),

group_scopes as (
    select * from {{ ref('bridge_group_scope') }}
),

spans as (
    select * from {{ ref('fct_membership_span') }}
),

presence as (
    select * from {{ ref('fct_presence') }}
),

flows as (
    select
        date_periods.period_type,
        date_periods.period_start,
        scope_days.scope_type,
        scope_days.scope_id,
        cast(sum(scope_days.joins) as bigint) as joins,
        cast(sum(scope_days.leaves) as bigint) as leaves,
        cast(sum(scope_days.dissolved_exits) as bigint) as dissolved_exits,
        cast(sum(scope_days.entries) as bigint) as entries,
        cast(sum(scope_days.exits) as bigint) as exits
    from scope_days
    inner join date_periods
        on scope_days.date = date_periods.date
    group by 1, 2, 3, 4
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
    group by 1, 2, 3, 4
),

-- One row per day on which a customer joins or leaves in the scope, however often.
moves as (
    select
        'join' as move,
        group_scopes.scope_type,
        group_scopes.scope_id,
        spans.member_id,
        spans.start_date as date
    from spans
    inner join group_scopes
        on spans.group_id = group_scopes.group_id
    group by 1, 2, 3, 4, 5
    union all
    select
        'leave' as move,
        group_scopes.scope_type,
        group_scopes.scope_id,
        spans.member_id,
        spans.end_date as date
    from spans
    inner join group_scopes
        on spans.group_id = group_scopes.group_id
    where spans.end_reason = 'leave'
    group by 1, 2, 3, 4, 5
),

moves_in_order as (
    select
        *,
        lag(date) over (
            partition by move, scope_type, scope_id, member_id
            order by date
        ) as previous_date
    from moves
),

-- A customer counts once in a period: on the first of its days in it.
movers as (
    select
        date_periods.period_type,
        date_periods.period_start,
        moves_in_order.scope_type,
        moves_in_order.scope_id,
        count(*) filter (where moves_in_order.move = 'join') as joining_members,
        count(*) filter (where moves_in_order.move = 'leave') as leaving_members
    from moves_in_order
    inner join date_periods
        on moves_in_order.date = date_periods.date
    where
        moves_in_order.previous_date is null
        or moves_in_order.previous_date < date_periods.period_start
    group by 1, 2, 3, 4
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
        coalesce(movers.joining_members, 0) as joining_members,
        coalesce(movers.leaving_members, 0) as leaving_members,
        scope_days.members_ever
    from scope_periods
    inner join flows
        on
            {{ same_scope_period('scope_periods', 'flows') | indent(8) }}
    left join returns
        on
            {{ same_scope_period('scope_periods', 'returns') | indent(8) }}
    left join movers
        on
            {{ same_scope_period('scope_periods', 'movers') | indent(8) }}
    inner join scope_days
        on
            {{ same_scope('scope_periods', 'scope_days') | indent(8) }}
            and scope_periods.effective_end = scope_days.date
)

select * from final
