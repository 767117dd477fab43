{%- set slice = slice_by_scope_periods([
    changed('fct_scope_membership'),
    changed_sums(
        'fct_active_day',
        by=['scope_type', 'scope_id', 'member_id', 'active_date'],
        values=['messages'],
        other='bridge_date_period',
        on='one.active_date = other.date',
        columns=['other.period_type', 'other.period_start', 'one.scope_type', 'one.scope_id'],
        condition="other.period_type not in ('day', 'all')",
    ),
]) -%}
with scope_membership as (
    select * from {{ sliced(slice, 'fct_scope_membership') }}
),

date_periods as (
    select * from {{ sliced(slice, 'bridge_date_period', keys=['period_type', 'period_start']) }}
),

group_scopes as (
    select * from {{ ref('bridge_group_scope') }}
),

group_days as (
    select
        scope_id as group_id,
        member_id,
        active_date,
        messages
    from {{ ref('fct_active_day') }}
    where scope_type = 'group'
),

-- Summed in each group first, since every group is in five scopes; quarters and years from months.
group_weeks as (
    select
        'week' as period_type,
        date_periods.period_start,
        group_days.group_id,
        group_days.member_id,
        sum(group_days.messages) as messages
    from group_days
    inner join date_periods
        on group_days.active_date = date_periods.date
    where date_periods.period_type = 'week'
    group by 1, 2, 3, 4
),

group_months as (
    select
        'month' as period_type,
        {{ period_start('month', 'active_date') }} as period_start,
        group_id,
        member_id,
        sum(messages) as messages
    from group_days
    where
        active_date in (
            select date_periods.date
            from date_periods
            where date_periods.period_type in ('month', 'quarter', 'year')
        )
    group by 1, 2, 3, 4
),

group_periods as (
    select * from group_weeks

    union all

    select * from group_months
),

short_periods as (
    select
        group_periods.period_type,
        group_periods.period_start,
        group_scopes.scope_type,
        group_scopes.scope_id,
        group_periods.member_id,
        sum(group_periods.messages) as messages
    from group_periods
    inner join group_scopes
        on group_periods.group_id = group_scopes.group_id
    group by 1, 2, 3, 4, 5
),

member_periods as (
    select * from short_periods

    {% for period_type in ['quarter', 'year'] -%}
    union all

    select
        '{{ period_type }}' as period_type,
        {{ period_start(period_type, 'period_start') }} as period_start,
        scope_type,
        scope_id,
        member_id,
        sum(messages) as messages
    from short_periods
    where period_type = 'month'
    group by 1, 2, 3, 4, 5
    {% endfor -%}
),

-- Members with equally many messages take neighbouring ranks: a histogram is enough.
speakers as (
    select
        period_type,
        period_start,
        scope_type,
        scope_id,
        messages,
        count(*) as members
    from {{ touched_rows(slice, 'member_periods') }}
    group by 1, 2, 3, 4, 5
),

ranked_speakers as (
    select
        *,
        sum(members) over (
            partition by period_type, period_start, scope_type, scope_id
            order by messages
        ) - members as members_before,
        sum(members) over (
            partition by period_type, period_start, scope_type, scope_id
        ) as active_members
    from speakers
),

-- With n members present, z of them silent: sum of (2 (z + r) - n - 1) x over the ranks r.
ranked_sums as (
    select
        scope_membership.period_type,
        scope_membership.period_start,
        scope_membership.scope_type,
        scope_membership.scope_id,
        scope_membership.members_present,
        sum(ranked_speakers.messages * ranked_speakers.members) as messages,
        sum(
            ranked_speakers.messages * ranked_speakers.members * (
                scope_membership.members_present
                - 2 * ranked_speakers.active_members
                + 2 * ranked_speakers.members_before
                + ranked_speakers.members
            )
        ) as ranked_messages
    from ranked_speakers
    inner join scope_membership
        on
            {{ same_scope_period('ranked_speakers', 'scope_membership') | indent(8) }}
    group by 1, 2, 3, 4, 5
),

final as (
    select
        period_type,
        period_start,
        scope_type,
        scope_id,
        {{ rate('ranked_messages', 'cast(members_present as double) * messages') }} as message_gini
    from ranked_sums
)

select * from final
