{%- set measures = [
    'joins', 'leaves', 'dissolved_exits', 'entries', 'first_entries', 'exits', 'same_day_returns',
] -%}
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

scope_spans as (
    select
        group_scopes.scope_type,
        group_scopes.scope_id,
        spans.start_date,
        spans.end_date,
        spans.end_reason
    from spans
    inner join group_scopes
        on spans.group_id = group_scopes.group_id
),

scope_dates as (
    select
        scopes.scope_type,
        scopes.scope_id,
        dates.date
    from scopes
    inner join dates
        on scopes.first_date <= dates.date
),

-- Every change of a scope, and a row of zeros for each of its days.
changes as (
    {{ scope_changes('scope_spans', 'start_date', measures, {'joins': 'count(*)'}) | indent(4) }}
    union all
    {{ scope_changes('scope_spans', 'end_date', measures, {
        'leaves': "count(*) filter (where end_reason = 'leave')",
        'dissolved_exits': "count(*) filter (where end_reason = 'dissolved')",
    }, 'end_date is not null') | indent(4) }}
    union all
    {{ scope_changes('presence', 'entered_date', measures, {
        'entries': 'count(*)',
        'first_entries': 'count(*) filter (where stretch_number = 1)',
    }) | indent(4) }}
    union all
    {{ scope_changes('presence', 'left_date', measures, {
        'exits': 'count(*)',
        'same_day_returns': 'count(*) filter (where next_entered_date = left_date)',
    }, 'left_date is not null') | indent(4) }}
    union all
    {{ scope_changes('scope_dates', 'date', measures, {}) | indent(4) }}
),

daily as (
    select
        {% for measure in measures -%}
        cast(sum({{ measure }}) as bigint) as {{ measure }},
        {% endfor -%}
        scope_type,
        scope_id,
        date
    from changes
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
