-- Every customer whom another customer invited into a group counts there once in the whole history;
-- in scope all nobody is counted who is not counted in some group.
with referrals as (
    select * from {{ ref('mart_referral') }}
),

groups as (
    select
        period_type,
        period_start,
        sum(inviting_members) as inviting_members,
        max(inviting_members) as most_inviting_members,
        sum(invited_members) as invited_members,
        max(invited_members) as most_invited_members
    from referrals
    where scope_type = 'group'
    group by period_type, period_start
),

-- distinct: a customer may be invited into a group again and again
pairs as (
    select distinct
        spans.group_id,
        spans.member_id
    from {{ ref('fct_membership_span') }} as spans
    inner join {{ ref('dim_member') }} as inviters
        on spans.inviter_id = inviters.member_id
    cross join {{ ref('dim_reporting_window') }} as reporting_window
    where
        spans.join_source = 'event'
        and inviters.is_customer
        and spans.inviter_id <> spans.member_id
        and spans.start_date >= reporting_window.history_start_date
),

invited as (
    select count(*) as pairs
    from pairs
)

select
    referrals.period_type,
    referrals.period_start,
    referrals.inviting_members,
    referrals.invited_members,
    groups.inviting_members as group_inviting_members,
    groups.invited_members as group_invited_members,
    invited.pairs as invited_pairs
from referrals
inner join groups
    on
        referrals.period_type = groups.period_type
        and referrals.period_start = groups.period_start
cross join invited
where
    referrals.scope_type = 'all'
    and (
        referrals.inviting_members
        not between groups.most_inviting_members and groups.inviting_members
        or referrals.invited_members
        not between groups.most_invited_members and groups.invited_members
        or (referrals.period_type = 'all' and groups.invited_members <> invited.pairs)
    )
