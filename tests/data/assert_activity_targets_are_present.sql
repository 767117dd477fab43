-- A target is no larger than the members in the activity's scope on its days, and no smaller than
-- those of them who were there all the time.
with activities as (
    select
        activity_id,
        case when group_id is null then 'all' else 'group' end as scope_type,
        coalesce(group_id, 'all') as scope_id,
        cast(started_at as date) as first_date,
        cast(effective_ended_at as date) as last_date
    from {{ tested_rows(
        'dim_activity', ['activity_id'], touched_by={'int_activity_members': ['activity_id']}
    ) }}
    where effective_ended_at >= started_at
),

present as (
    select
        activities.activity_id,
        -- distinct: a customer can have several stretches
        count(distinct presence.member_id) as members,
        count(distinct case
            when
                presence.entered_date < activities.first_date
                and (presence.left_date is null or presence.left_date > activities.last_date)
                then presence.member_id
        end) as constant_members
    from activities
    inner join {{ ref('fct_presence') }} as presence
        on
            {{ same_scope('activities', 'presence') | indent(12) }}
    where
        presence.entered_date <= activities.last_date
        and (presence.left_date is null or presence.left_date >= activities.first_date)
    group by activities.activity_id
)

select
    activities.activity_id,
    present.members,
    present.constant_members,
    activity_times.target_members
from activities
inner join {{ ref('fct_activity') }} as activity_times
    on activities.activity_id = activity_times.activity_id
left join present on activities.activity_id = present.activity_id
where
    activity_times.target_members > coalesce(present.members, 0)
    or activity_times.target_members < coalesce(present.constant_members, 0)
