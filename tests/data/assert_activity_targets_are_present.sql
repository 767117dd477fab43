{%- set was_tested = are_brought_up_to_date(['fct_presence']) -%}
-- A target is no larger than the members in the activity's scope on its days, and no smaller than
-- those of them who were there all the time.
with reporting_window as (
    select * from {{ ref('dim_reporting_window') }}
),

-- members of the whole community are many: what had passed is not looked at again
activities as (
    select
        activities.activity_id,
        case when activities.group_id is null then 'all' else 'group' end as scope_type,
        coalesce(activities.group_id, 'all') as scope_id,
        cast(activities.started_at as date) as first_date,
        cast(activities.effective_ended_at as date) as last_date
    from {{ ref('dim_activity') }} as activities
    cross join reporting_window
    where
        activities.effective_ended_at >= activities.started_at
        and (
            not {{ was_tested }}
            or activities.group_id is not null
            or activities.started_at >= {{ add_days('reporting_window.as_of_date', -31) }}
        )
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
