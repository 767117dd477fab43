with scope_membership as (
    select * from {{ ref('fct_scope_membership') }}
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

active_days as (
    select * from {{ ref('fct_active_day') }}
),

member_periods as (
    select
        date_periods.period_type,
        date_periods.period_start,
        active_days.scope_type,
        active_days.scope_id,
        active_days.member_id,
        sum(active_days.messages) as messages
    from active_days
    inner join date_periods
        on active_days.active_date = date_periods.date
    where date_periods.period_type not in ('day', 'all')
    group by 1, 2, 3, 4, 5
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
    from member_periods
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
