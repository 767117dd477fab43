{%- set slice = slice_by_scope_periods([
    changed('int_scope_membership'),
    changed('int_scope_speakers'),
]) -%}
with scope_membership as (
    select * from {{ sliced(slice, 'int_scope_membership') }}
),

-- Members with equally many messages take neighbouring ranks: a histogram is enough.
speakers as (
    select * from {{ sliced(slice, 'int_scope_speakers') }}
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
