{%- set period_types = ['day', 'week', 'month'] -%}
with periods as (
    select * from {{ ref('dim_period') }}
),

scope_periods as (
    select * from {{ ref('fct_scope_period') }}
    where
        (scope_type = 'all' and period_type in ('day', 'week', 'month'))
        or (scope_type = 'group' and period_type in ('week', 'month'))
),

scope_membership as (
    select * from {{ ref('fct_scope_membership') }}
),

active_days as (
    select * from {{ ref('fct_active_day') }}
    where scope_type in ('all', 'group')
),

presence as (
    select * from {{ ref('fct_presence') }}
),

-- A customer's first active day in each period stands for the period.
active_periods as (
    {%- for period_type in period_types %}
    select
        '{{ period_type }}' as period_type,
        {{ period_start(period_type, 'active_date') }} as period_start,
        scope_type,
        scope_id,
        member_id,
        {{ period_start(period_type, 'previous_active_date') }} as previous_active_start
    from active_days
    where
        (
            previous_active_date is null
            or previous_active_date < {{ period_start(period_type, 'active_date') }}
        )
        {%- if period_type == 'day' %}
        and scope_type = 'all'
        {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- From the facts, so that the first period of the history knows the one before it.
active_members as (
    select
        period_type,
        period_start,
        scope_type,
        scope_id,
        count(*) as active_members
    from active_periods
    group by period_type, period_start, scope_type, scope_id
),

movements as (
    select
        active_periods.period_type,
        active_periods.period_start,
        active_periods.scope_type,
        active_periods.scope_id,
        sum(case when active_periods.previous_active_start is null then 1 else 0 end)
            as new_members,
        sum(
            case
                when active_periods.previous_active_start = periods.previous_start then 1 else 0
            end
        ) as retained_members
    from active_periods
    inner join periods
        on
            active_periods.period_type = periods.period_type
            and active_periods.period_start = periods.period_start
    group by
        active_periods.period_type, active_periods.period_start,
        active_periods.scope_type, active_periods.scope_id
),

active_at_end as (
    select
        active_periods.period_type,
        active_periods.period_start,
        active_periods.scope_type,
        active_periods.scope_id,
        count(*) as members
    from active_periods
    inner join periods
        on
            active_periods.period_type = periods.period_type
            and active_periods.period_start = periods.period_start
    inner join presence
        on
            {{ same_scope('active_periods', 'presence') | indent(8) }}
            and active_periods.member_id = presence.member_id
            and {{ is_there_at_end_of('presence', 'periods.effective_end') }}
    group by
        active_periods.period_type, active_periods.period_start,
        active_periods.scope_type, active_periods.scope_id
),

counts as (
    select
        scope_periods.period_type,
        scope_periods.period_start,
        scope_periods.scope_type,
        scope_periods.scope_id,
        scope_periods.period_end,
        scope_periods.is_partial,
        coalesce(active_members.active_members, 0) as active_members,
        coalesce(movements.new_members, 0) as new_members,
        coalesce(movements.retained_members, 0) as retained_members,
        coalesce(previous_members.active_members, 0) as active_before,
        scope_membership.members_end - coalesce(active_at_end.members, 0) as silent_members
    from scope_periods
    inner join periods
        on
            scope_periods.period_type = periods.period_type
            and scope_periods.period_start = periods.period_start
    inner join scope_membership
        on
            {{ same_scope_period('scope_periods', 'scope_membership') | indent(8) }}
    left join active_members
        on
            {{ same_scope_period('scope_periods', 'active_members') | indent(8) }}
    left join active_members as previous_members
        on
            scope_periods.period_type = previous_members.period_type
            and periods.previous_start = previous_members.period_start
            and {{ same_scope('scope_periods', 'previous_members') | indent(8) }}
    left join movements
        on
            {{ same_scope_period('scope_periods', 'movements') | indent(8) }}
    left join active_at_end
        on
            {{ same_scope_period('scope_periods', 'active_at_end') | indent(8) }}
),

final as (
    select
        period_type,
        period_start,
        period_end,
        scope_type,
        scope_id,
        cast(active_members as bigint) as active_members,
        cast(new_members as bigint) as new_members,
        cast(retained_members as bigint) as retained_members,
        cast(active_members - new_members - retained_members as bigint) as resurrected_members,
        cast(active_before - retained_members as bigint) as churned_members,
        cast(silent_members as bigint) as silent_members,
        {{ rate('active_members - retained_members', 'active_before - retained_members') }}
            as quick_ratio,
        is_partial
    from counts
)

select * from final
