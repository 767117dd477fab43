{%- set rules = churn_rule_conditions() -%}
with reporting_window as (
    select * from {{ ref('dim_reporting_window') }}
),

churn_rules as (
    select * from {{ ref('churn_rules') }}
),

spans as (
    select * from {{ ref('fct_membership_span') }}
),

habits as (
    select * from {{ ref('int_group_habits') }}
),

active_days as (
    select * from {{ ref('int_active_days') }}
    where scope_type = 'group'
),

buyers as (
    select * from {{ ref('int_buyers') }}
),

touches as (
    select * from {{ ref('fct_touch') }}
    where is_delivered
),

feedback as (
    select * from {{ ref('fct_feedback') }}
    where feedback_kind = 'complaint' and member_id is not null
),

thresholds as (
    {{ churn_thresholds(ref('churn_thresholds')) }}
),

-- One row: the first days of the windows that end on as_of_date.
windows as (
    select
        reporting_window.as_of_date,
        {{ window_start('messages_recent_days') }} as recent_from,
        {{ window_start('messages_earlier_days + thresholds.messages_recent_days') }}
            as earlier_from,
        {{ window_start('touches_days') }} as touches_from,
        {{ window_start('complaint_days') }} as complaints_from
    from reporting_window
    cross join thresholds
),

memberships as (
    select
        spans.member_id,
        spans.group_id,
        {{ days_between('spans.start_date', 'reporting_window.as_of_date') }} as days_in_group
    from spans
    cross join reporting_window
    where spans.end_date is null or spans.end_date > reporting_window.as_of_date
),

said as (
    select
        active_days.scope_id as group_id,
        active_days.member_id,
        sum(
            case
                when active_days.active_date >= windows.recent_from then active_days.messages else 0
            end
        ) as recent_messages,
        sum(
            case
                when active_days.active_date >= windows.recent_from then 0 else active_days.messages
            end
        ) as earlier_messages
    from active_days
    inner join windows
        on active_days.active_date >= windows.earlier_from
    group by active_days.scope_id, active_days.member_id
),

recent_touches as (
    select
        touches.member_id,
        count(*) as touches,
        count(touches.clicked_at) as clicked_touches
    from touches
    inner join windows
        on touches.touch_date >= windows.touches_from
    group by touches.member_id
),

recent_complaints as (
    select
        feedback.member_id,
        count(*) as complaints
    from feedback
    inner join windows
        on feedback.opened_date >= windows.complaints_from
    group by feedback.member_id
),

judged as (
    select
        memberships.member_id,
        memberships.group_id,
        memberships.days_in_group,
        habits.last_active_date,
        {{ days_between('habits.last_active_date', 'windows.as_of_date') }} as days_since_active,
        case
            when habits.active_days >= thresholds.habit_active_days
                then greatest(thresholds.habit_floor_days, habits.usual_gap_days)
            else greatest(thresholds.habit_floor_days, thresholds.habit_default_days)
        end as habit_days,
        said.earlier_messages,
        said.recent_messages,
        buyers.purchase_dates,
        {{ days_between('buyers.last_paid_date', 'windows.as_of_date') }} as days_since_purchase,
        buyers.purchase_gap_days,
        recent_touches.touches,
        recent_touches.clicked_touches,
        recent_complaints.complaints
    from memberships
    cross join windows
    cross join thresholds
    left join habits
        on
            memberships.group_id = habits.group_id
            and memberships.member_id = habits.member_id
    left join said
        on
            memberships.group_id = said.group_id
            and memberships.member_id = said.member_id
    left join buyers
        on memberships.member_id = buyers.member_id
    left join recent_touches
        on memberships.member_id = recent_touches.member_id
    left join recent_complaints
        on memberships.member_id = recent_complaints.member_id
),

with_rules as (
    select
        judged.*,
        {{ fired_churn_rules() }} as fired_rules
    from judged
    cross join thresholds
),

-- Of thousands the same rules fire, and what they say together is the same.
rule_sets as (
    select distinct fired_rules
    from with_rules
),

fired as (
    {%- for rule_id in rules %}
    select
        fired_rules,
        '{{ rule_id }}' as rule_id
    from rule_sets
    where substring(fired_rules, {{ loop.index }}, 1) = '1'
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

reasons as (
    select
        fired.fired_rules,
        least(100, sum(churn_rules.points)) as risk_score,
        {{ join_text('churn_rules.rule_id', ', ', 'churn_rules.sort_order') }} as reasons,
        {{ join_text('churn_rules.label_zh', '、', 'churn_rules.sort_order') }} as reasons_zh
    from fired
    inner join churn_rules
        on fired.rule_id = churn_rules.rule_id
    group by fired.fired_rules
),

final as (
    select
        with_rules.member_id,
        with_rules.group_id,
        cast(coalesce(reasons.risk_score, 0) as bigint) as risk_score,
        case
            when reasons.risk_score >= thresholds.band_high then 'high'
            when reasons.risk_score >= thresholds.band_medium then 'medium'
            else 'low'
        end as risk_band,
        coalesce(reasons.reasons, '') as reasons,
        coalesce(reasons.reasons_zh, '') as reasons_zh,
        case
            when with_rules.days_in_group <= thresholds.settling_days then 'settling'
            when with_rules.days_in_group <= thresholds.choosing_days then 'choosing'
            else 'stable'
        end as lifecycle_stage,
        cast(with_rules.days_since_active as bigint) as days_since_active,
        cast(with_rules.days_in_group as bigint) as days_in_group
    from with_rules
    cross join thresholds
    left join reasons
        on with_rules.fired_rules = reasons.fired_rules
)

select * from final
