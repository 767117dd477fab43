{%- set summed = {'week': "'week'", 'month': "'month', 'quarter', 'year'"} -%}
{%- set slice = slice_by_scope_periods([
    changed('fct_scope_membership'),
    changed_sums(
        'int_active_days',
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

active_days as (
    select * from {{ ref('int_active_days') }}
),

-- Quarters and years are summed from months.
member_weeks_and_months as (
    {% for period_type, summed_to in summed.items() -%}
    select
        '{{ period_type }}' as period_type,
        {{ period_start(period_type, 'active_date') }} as period_start,
        scope_type,
        scope_id,
        member_id,
        cast(sum(messages) as bigint) as messages
    from active_days
    where
        active_date in (
            select date_periods.date
            from date_periods
            where date_periods.period_type in ({{ summed_to }})
        )
    group by 1, 2, 3, 4, 5
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor -%}
),

member_periods as (
    select * from member_weeks_and_months

    {% for period_type in ['quarter', 'year'] -%}
    union all

    select
        '{{ period_type }}' as period_type,
        {{ period_start(period_type, 'period_start') }} as period_start,
        scope_type,
        scope_id,
        member_id,
        cast(sum(messages) as bigint) as messages
    from member_weeks_and_months
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
