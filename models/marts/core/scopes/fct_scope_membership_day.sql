{%- set measures = [
    'joins', 'leaves', 'dissolved_exits', 'entries', 'first_entries', 'exits', 'same_day_returns',
] -%}
{%- set slice = slice_by_running_days(['scope_type', 'scope_id', 'date'], touched_by=[
    changed_together(
        'fct_membership_span',
        'bridge_group_scope',
        on='one.group_id = other.group_id',
        columns=['other.scope_type', 'other.scope_id', 'one.start_date'],
        by=['group_id', 'start_date'],
    ),
    changed_together(
        'fct_membership_span',
        'bridge_group_scope',
        on='one.group_id = other.group_id',
        columns=['other.scope_type', 'other.scope_id', 'one.end_date'],
        by=['group_id', 'end_date', 'end_reason'],
    ),
    changed_sums(
        'fct_presence',
        by=['scope_type', 'scope_id', 'entered_date'],
        values=['1', 'case when stretch_number = 1 then 1 else 0 end'],
        columns=['one.scope_type', 'one.scope_id', 'one.entered_date'],
    ),
    changed_sums(
        'fct_presence',
        by=['scope_type', 'scope_id', 'left_date'],
        values=['1', 'case when next_entered_date = left_date then 1 else 0 end'],
        columns=['one.scope_type', 'one.scope_id', 'one.left_date'],
    ),
    changed_together(
        'dim_scope',
        'dim_date',
        on='one.first_date <= other.date',
        columns=['one.scope_type', 'one.scope_id', 'other.date'],
    ),
]) -%}
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

-- Summed in each group first, since every group is in five scopes.
group_days as (
    select
        group_id,
        start_date as date,
        count(*) as joins,
        0 as leaves,
        0 as dissolved_exits
    from spans
    where {{ is_since_begun(slice, 'start_date') }}
    group by group_id, start_date

    union all

    select
        group_id,
        end_date as date,
        0 as joins,
        count(*) filter (where end_reason = 'leave') as leaves,
        count(*) filter (where end_reason = 'dissolved') as dissolved_exits
    from spans
    where end_date is not null and {{ is_since_begun(slice, 'end_date') }}
    group by group_id, end_date
),

scope_days as (
    select
        group_scopes.scope_type,
        group_scopes.scope_id,
        group_days.*
    from group_days
    inner join group_scopes
        on group_days.group_id = group_scopes.group_id
),

scope_dates as (
    select
        scopes.scope_type,
        scopes.scope_id,
        dates.date
    from scopes
    inner join dates
        on scopes.first_date <= dates.date
    where {{ is_since_begun(slice, 'dates.date') }}
),

-- Every change of a scope, and a row of zeros for each of its days.
changes as (
    {{ scope_changes('scope_days', 'date', measures, {
        'joins': 'sum(joins)',
        'leaves': 'sum(leaves)',
        'dissolved_exits': 'sum(dissolved_exits)',
    }) | indent(4) }}
    union all
    {{ scope_changes('presence', 'entered_date', measures, {
        'entries': 'count(*)',
        'first_entries': 'count(*) filter (where stretch_number = 1)',
    }, is_since_begun(slice, 'entered_date')) | indent(4) }}
    union all
    {{ scope_changes('presence', 'left_date', measures, {
        'exits': 'count(*)',
        'same_day_returns': 'count(*) filter (where next_entered_date = left_date)',
    }, 'left_date is not null and ' ~ is_since_begun(slice, 'left_date')) | indent(4) }}
    union all
    {{ scope_changes('scope_dates', 'date', measures, {}) | indent(4) }}
),

daily as (
    select
        {% for measure in measures -%}
        cast(coalesce(sum({{ measure }}), 0) as bigint) as {{ measure }},
        {% endfor -%}
        scope_type,
        scope_id,
        date
    from {{ carried_on(slice, 'changes', {
        'joins': 'memberships_end',
        'entries': 'members_end',
        'first_entries': 'members_ever',
    }) }}
    group by scope_type, scope_id, date
),

-- Summed from the first change on, which may lie before the first day of dim_date.
running as (
    select
        *,
        {{ running_sum('joins - leaves - dissolved_exits') }} as memberships_end,
        {{ running_sum('entries - exits') }} as members_end,
        {{ running_sum('first_entries') }} as members_ever
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
        running.memberships_end,
        running.entries,
        running.exits,
        running.members_end,
        running.members_end + running.exits - running.same_day_returns as members_present,
        running.members_ever
    from running
    inner join dates
        on running.date = dates.date
)

select * from final
