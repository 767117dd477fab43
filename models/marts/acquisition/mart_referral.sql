with reporting_window as (
    select * from {{ ref('dim_reporting_window') }}
),

periods as (
    select * from {{ ref('dim_period') }}
    where period_type in ('month', 'all')
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
    where period_type in ('month', 'all')
),

scopes as (
    select * from {{ ref('dim_scope') }}
    where scope_type in ('all', 'group')
),

group_scopes as (
    select * from {{ ref('bridge_group_scope') }}
    where scope_type in ('all', 'group')
),

scope_membership as (
    select * from {{ ref('int_scope_membership') }}
    where period_type = 'month'
),

presence as (
    select * from {{ ref('fct_presence') }}
    where scope_type in ('all', 'group')
),

customers as (
    select * from {{ ref('dim_member') }}
    where is_customer
),

spans as (
    select * from {{ ref('fct_membership_span') }}
    where join_source = 'event' and inviter_id is not null
),

scope_periods as (
    select
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.effective_end,
        periods.is_partial,
        scopes.scope_type,
        scopes.scope_id
    from periods
    inner join scopes
        on periods.period_end >= scopes.first_date
),

-- R2: an invitation is one customer's of another.
invitations as (
    select
        spans.group_id,
        spans.member_id,
        spans.span_number,
        spans.inviter_id,
        spans.start_date,
        {{ add_days('spans.start_date', 7) }} as day_7
    from spans
    inner join customers
        on spans.inviter_id = customers.member_id
    where spans.inviter_id <> spans.member_id
),

-- In the group at the end of the 7th day, in this membership or a later one.
stays as (
    select
        invitations.group_id,
        invitations.member_id,
        invitations.span_number,
        max(case when {{ is_there_at_end_of('presence', 'invitations.day_7') }} then 1 else 0 end)
            as is_retained
    from invitations
    inner join presence
        on
            invitations.group_id = presence.scope_id
            and invitations.member_id = presence.member_id
            and presence.scope_type = 'group'
    group by invitations.group_id, invitations.member_id, invitations.span_number
),

observed_invitations as (
    select
        invitations.group_id,
        invitations.member_id,
        invitations.inviter_id,
        invitations.start_date,
        case when invitations.day_7 <= reporting_window.as_of_date then stays.is_retained end
            as is_retained
    from invitations
    cross join reporting_window
    left join stays
        on
            invitations.group_id = stays.group_id
            and invitations.member_id = stays.member_id
            and invitations.span_number = stays.span_number
),

-- distinct: who invites, and who is invited to, several groups or twice counts once
referrals as (
    select
        date_periods.period_type,
        date_periods.period_start,
        group_scopes.scope_type,
        group_scopes.scope_id,
        count(distinct observed_invitations.inviter_id) as inviting_members,
        count(distinct observed_invitations.member_id) as invited_members,
        count(observed_invitations.is_retained) as eligible_spans,
        sum(observed_invitations.is_retained) as retained_spans
    from observed_invitations
    inner join group_scopes
        on observed_invitations.group_id = group_scopes.group_id
    inner join date_periods
        on observed_invitations.start_date = date_periods.date
    group by
        date_periods.period_type, date_periods.period_start,
        group_scopes.scope_type, group_scopes.scope_id
),

-- R7 over the whole history: whoever had not left before it.
members_present as (
    select
        'all' as period_type,
        reporting_window.history_start_date as period_start,
        presence.scope_type,
        presence.scope_id,
        count(*) as members_present
    from presence
    cross join reporting_window
    where
        -- who leaves and comes back has several stretches
        presence.next_entered_date is null
        and (
            presence.left_date is null
            or presence.left_date >= reporting_window.history_start_date
        )
    group by reporting_window.history_start_date, presence.scope_type, presence.scope_id
    union all
    select
        period_type,
        period_start,
        scope_type,
        scope_id,
        members_present
    from scope_membership
),

final as (
    select
        scope_periods.period_type,
        scope_periods.period_start,
        scope_periods.period_end,
        scope_periods.is_partial,
        scope_periods.scope_type,
        scope_periods.scope_id,
        cast(coalesce(referrals.inviting_members, 0) as bigint) as inviting_members,
        cast(coalesce(referrals.invited_members, 0) as bigint) as invited_members,
        {{ rate('coalesce(referrals.inviting_members, 0)', 'members_present.members_present') }}
            as referral_rate,
        {{ rate('referrals.invited_members', 'referrals.inviting_members') }}
            as invites_per_inviter,
        {{ rate('coalesce(referrals.invited_members, 0)', 'members_present.members_present') }}
            as k_factor,
        {{ rate('referrals.retained_spans', 'referrals.eligible_spans') }}
            as invited_retention_rate_7d
    from scope_periods
    left join referrals
        on
            {{ same_scope_period('scope_periods', 'referrals') | indent(8) }}
    left join members_present
        on
            {{ same_scope_period('scope_periods', 'members_present') | indent(8) }}
)

select * from final
