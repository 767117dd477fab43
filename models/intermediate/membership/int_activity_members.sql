{#- an entry or a join counts for what ends after it, a departure for what starts after it -#}
{%- set touched_by = [changed('int_activities')] -%}
{%- for moment, by in [
    ('entered_at', ['entered_at']),
    ('left_at', ['entered_at', 'left_at']),
    ('next_entered_at', ['entered_at', 'left_at', 'next_entered_at']),
] -%}
    {%- do touched_by.append(changed_sums(
        'int_stays',
        by=['scope_type', 'scope_id'] + by,
        values=['1'],
        columns=['other.activity_id'],
        other='int_activities',
        on="one.scope_id = coalesce(other.group_id, 'all')",
        condition='one.' ~ moment ~ ' <= greatest(other.started_at, other.effective_ended_at)'
        ~ " and (one.scope_type = 'all') = (other.group_id is null)",
    )) -%}
{%- endfor -%}
{%- for condition in ['one.group_id = other.group_id', 'other.group_id is null'] -%}
    {%- do touched_by.append(changed_sums(
        'int_membership_spans',
        by=['group_id', 'started_at'],
        values=['1'],
        columns=['other.activity_id'],
        other='int_activities',
        on='one.started_at >= other.started_at and one.started_at < other.effective_ended_at',
        condition=condition,
    )) -%}
{%- endfor -%}
{%- set slice = slice_by(['activity_id'], touched_by) -%}
with activities as (
    select
        activity_id,
        case when group_id is null then 'all' else 'group' end as scope_type,
        coalesce(group_id, 'all') as scope_id,
        started_at,
        effective_ended_at
    from {{ sliced(slice, 'int_activities') }}
),

membership_spans as (
    select * from {{ ref('int_membership_spans') }}
),

all_stays as (
    select * from {{ ref('int_stays') }}
),

activity_scopes as (
    -- distinct: a group can have many activities
    select distinct
        scope_type,
        scope_id
    from activities
),

stays as (
    select all_stays.*
    from all_stays
    inner join activity_scopes
        on
            {{ same_scope('all_stays', 'activity_scopes') | indent(12) }}
),

joins as (
    select
        activity_scopes.scope_type,
        activity_scopes.scope_id,
        membership_spans.started_at
    from membership_spans
    inner join activity_scopes on membership_spans.group_id = activity_scopes.scope_id
    where activity_scopes.scope_type = 'group'

    union all

    select
        activity_scopes.scope_type,
        activity_scopes.scope_id,
        membership_spans.started_at
    from membership_spans
    cross join activity_scopes
    where activity_scopes.scope_type = 'all'
),

-- What happens to a scope, in order, and three marks of an activity: right before its start, right
-- after it, and right before its end. At one moment: marks before it, changes, marks after it. A
-- stay that ends as it begins, at the start, is in the activity's time unless that is empty.
moments as (
    select
        scope_type,
        scope_id,
        entered_at as moment,
        1 as step,
        1 as entries,
        0 as exits,
        0 as joins,
        cast(null as varchar) as activity_id,
        cast(null as varchar) as mark
    from stays

    union all

    select
        scope_type,
        scope_id,
        left_at as moment,
        case when left_at = entered_at then 3 else 1 end as step,
        0 as entries,
        1 as exits,
        0 as joins,
        null as activity_id,
        null as mark
    from stays
    where left_at is not null

    union all

    select
        scope_type,
        scope_id,
        started_at as moment,
        1 as step,
        0 as entries,
        0 as exits,
        1 as joins,
        null as activity_id,
        null as mark
    from joins

    union all

    select
        scope_type,
        scope_id,
        started_at as moment,
        0 as step,
        0 as entries,
        0 as exits,
        0 as joins,
        activity_id,
        'before_start' as mark
    from activities

    union all

    select
        scope_type,
        scope_id,
        started_at as moment,
        case when effective_ended_at > started_at then 2 else 4 end as step,
        0 as entries,
        0 as exits,
        0 as joins,
        activity_id,
        'after_start' as mark
    from activities

    union all

    select
        scope_type,
        scope_id,
        effective_ended_at as moment,
        0 as step,
        0 as entries,
        0 as exits,
        0 as joins,
        activity_id,
        'before_end' as mark
    from activities
),

running as (
    select
        activity_id,
        mark,
        sum(entries) over so_far as entries,
        sum(exits) over so_far as exits,
        sum(joins) over so_far as joins
    from moments
    window so_far as (
        partition by scope_type, scope_id
        order by moment, step
        rows between unbounded preceding and current row
    )
),

marks as (
    select
        activity_id,
        max(case when mark = 'before_start' then joins end) as joins_before_start,
        max(case when mark = 'before_end' then joins end) as joins_before_end,
        max(case when mark <> 'before_start' then entries end) as entries,
        max(case when mark = 'after_start' then exits end) as exits
    from running
    where activity_id is not null
    group by activity_id
),

gaps as (
    select * from stays
    where next_entered_at is not null
),

-- Who leaves and comes back within the time has two stays in it and is one customer.
returns as (
    select
        activities.activity_id,
        count(*) as members
    from activities
    inner join gaps
        on
            {{ same_scope('activities', 'gaps') | indent(12) }}
    where
        gaps.next_entered_at < activities.effective_ended_at
        and (gaps.left_at > activities.started_at or gaps.entered_at >= activities.started_at)
    group by activities.activity_id
),

final as (
    select
        marks.activity_id,
        cast(marks.entries - marks.exits - coalesce(returns.members, 0) as bigint)
            as target_members,
        cast(greatest(marks.joins_before_end - marks.joins_before_start, 0) as bigint) as joins
    from marks
    left join returns on marks.activity_id = returns.activity_id
)

select * from final
