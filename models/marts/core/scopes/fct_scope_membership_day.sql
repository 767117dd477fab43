with dates as (
    select * from {{ ref('dim_date') }}
),

scopes as (
    select * from {{ ref('dim_scope') }}
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

group_changes as (
    select
        group_id,
        start_date as date,
        count(*) as joins,
        0 as leaves,
        0 as dissolved_exits
    from spans
    group by group_id, start_date
    union all
    select
        group_id,
        end_date as date,
        0 as joins,
        count(*) filter (where end_reason = 'leave') as leaves,
        count(*) filter (where end_reason = 'dissolved') as dissolved_exits
    from spans
    where end_date is not null
    group by group_id, end_date
),

-- Every change of a scope, and a row of zeros for each of its days.
changes as (
    select
        group_scopes.scope_type,
        group_scopes.scope_id,
        group_changes.date,
        group_changes.joins,
        group_changes.leaves,
        group_changes.dissolved_exits,
        0 as entries,
        0 as first_entries,
        0 as exits,
        0 as same_day_returns
    from group_changes
    inner join group_scopes
        on group_changes.group_id = group_scopes.group_id
    union all
    select
        scope_type,
        scope_id,
        entered_date as date,
        0, 0, 0,
        count(*),
        count(*) filter (where stretch_number = 1),
        0, 0
    from presence
    group by scope_type, scope_id, entered_date
    union all
    select
        scope_type,
        scope_id,
        left_date as date,
        0, 0, 0, 0, 0,
        count(*),
        count(*) filter (where next_entered_date = left_date)
    from presence
    where left_date is not null
    group by scope_type, scope_id, left_date
    union all
    select
        scopes.scope_type,
        scopes.scope_id,
        dates.date,
        0, 0, 0, 0, 0, 0, 0
    from scopes
    inner join dates
        on scopes.first_date <= dates.date
),

daily as (
    select
        scope_type,
        scope_id,
        date,
        cast(sum(joins) as bigint) as joins,
        cast(sum(leaves) as bigint) as leaves,
        cast(sum(dissolved_exits) as bigint) as dissolved_exits,
        cast(sum(entries) as bigint) as entries,
        cast(sum(first_entries) as bigint) as first_entries,
        cast(sum(exits) as bigint) as exits,
        cast(sum(same_day_returns) as bigint) as same_day_returns
    from changes
    group by scope_type, scope_id, date
),

-- Summed from the first change on, which may lie before the first day of dim_date.
running as (
    select
        *,
        sum(joins - leaves - dissolved_exits) over (
            partition by scope_type, scope_id
            order by date
        ) as memberships_end,
        sum(entries - exits) over (
            partition by scope_type, scope_id
            order by date
        ) as members_end,
        sum(first_entries) over (
            partition by scope_type, scope_id
            order by date
        ) as members_ever
    from daily
),

final as (
    select
        running.scope_type,
        running.scope_id,
        running.date,
        running.joins,
        running.leaves,
        running.dissolved_exits,
        cast(running.memberships_end as bigint) as memberships_end,
        running.entries,
        running.exits,
        cast(running.members_end as bigint) as members_end,
        cast(running.members_end + running.exits - running.same_day_returns as bigint)
            as members_present,
        cast(running.members_ever as bigint) as members_ever
    from running
    inner join dates
        on running.date = dates.date
)

select * from final
