{%- set first_moment = 'started_at - (effective_ended_at - started_at)' -%}
{%- set touched_by = [changed('int_activities')] -%}
{%- for condition in ['one.group_id = other.group_id', 'other.group_id is null'] -%}
    {%- do touched_by.append(changed_sums(
        'int_group_messages',
        by=['group_id', 'sent_at'],
        values=['case when is_valid then 1 else 0 end'],
        columns=['other.activity_id'],
        other='int_activities',
        on='one.sent_at >= ' ~ first_moment ~ ' and one.sent_at < other.effective_ended_at',
        condition=condition,
    )) -%}
{%- endfor -%}
{%- set slice = slice_by(['activity_id'], touched_by) -%}
with activities as (
    select
        *,
        case when group_id is null then 'all' else 'group' end as scope_type,
        coalesce(group_id, 'all') as scope_id
    from {{ sliced(slice, 'int_activities') }}
),

messages as (
    select * from {{ ref('int_group_messages') }}
    where
        is_valid
        and {{ is_in_touched_time(
            slice, 'sent_date', 'int_activities', first_moment, 'effective_ended_at'
        ) }}
),

windows as (
    select
        activity_id,
        'during' as position,
        scope_type,
        scope_id,
        started_at as from_at,
        effective_ended_at as until_at
    from activities

    union all

    select
        activity_id,
        'before' as position,
        scope_type,
        scope_id,
        {{ first_moment }} as from_at,
        started_at as until_at
    from activities
),

group_days as (
    select
        group_id,
        sent_date,
        count(*) as messages
    from messages
    group by group_id, sent_date
),

scope_days as (
    select
        'group' as scope_type,
        group_id as scope_id,
        sent_date,
        messages
    from group_days

    union all

    select
        'all' as scope_type,
        'all' as scope_id,
        sent_date,
        sum(messages) as messages
    from group_days
    group by sent_date
),

-- Whole days are added up as days; only the first and the last are read message by message.
whole_days as (
    select
        windows.activity_id,
        windows.position,
        scope_days.messages
    from windows
    inner join scope_days
        on
            {{ same_scope('windows', 'scope_days') | indent(12) }}
    where
        scope_days.sent_date > cast(windows.from_at as date)
        and scope_days.sent_date < cast(windows.until_at as date)
),

edges as (
    select
        *,
        cast(from_at as date) as edge_date
    from windows

    union

    select
        *,
        cast(until_at as date) as edge_date
    from windows
),

edge_messages as (
    select
        edges.activity_id,
        edges.position,
        count(*) as messages
    from edges
    inner join messages
        on
            edges.scope_id = messages.group_id
            and edges.edge_date = messages.sent_date
    where
        edges.scope_type = 'group'
        and messages.sent_at >= edges.from_at
        and messages.sent_at < edges.until_at
    group by edges.activity_id, edges.position

    union all

    select
        edges.activity_id,
        edges.position,
        count(*) as messages
    from edges
    inner join messages on edges.edge_date = messages.sent_date
    where
        edges.scope_type = 'all'
        and messages.sent_at >= edges.from_at
        and messages.sent_at < edges.until_at
    group by edges.activity_id, edges.position
),

counted as (
    select * from whole_days
    union all
    select * from edge_messages
),

sums as (
    select
        activity_id,
        sum(case when position = 'during' then messages else 0 end) as messages_during,
        sum(case when position = 'before' then messages else 0 end) as messages_before
    from counted
    group by activity_id
),

final as (
    select
        activities.activity_id,
        cast(coalesce(sums.messages_during, 0) as bigint) as messages_during,
        cast(coalesce(sums.messages_before, 0) as bigint) as messages_before
    from activities
    left join sums on activities.activity_id = sums.activity_id
)

select * from final
