with periods as (
    select * from {{ ref('dim_period') }}
    where period_type in ('week', 'month')
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
    where period_type in ('week', 'month')
),

scope_periods as (
    select * from {{ ref('int_scope_periods') }}
    where period_type in ('week', 'month') and scope_type in ('all', 'group')
),

membership as (
    select * from {{ ref('int_scope_membership') }}
),

feedback as (
    select
        *,
        {{ seconds_between('opened_at', 'closed_at') }} / 3600 as handling_hours
    from {{ ref('fct_feedback') }}
),

scoped_feedback as (
    select
        *,
        'all' as scope_type,
        'all' as scope_id
    from feedback

    union all

    select
        *,
        'group' as scope_type,
        group_id as scope_id
    from feedback
    where group_id is not null
),

counted as (
    select
        date_periods.period_type,
        date_periods.period_start,
        scoped_feedback.scope_type,
        scoped_feedback.scope_id,
        count(*) filter (where scoped_feedback.feedback_kind = 'complaint') as complaints,
        count(*) filter (where scoped_feedback.feedback_kind = 'praise') as praises,
        count(*) filter (where scoped_feedback.feedback_kind = 'phone_visit') as phone_visits,
        -- distinct: a customer may complain more than once
        count(distinct scoped_feedback.member_id) filter (
            where scoped_feedback.feedback_kind = 'complaint' and scoped_feedback.is_by_customer
        ) as complaining_customers,
        avg(cast(scoped_feedback.score as double)) filter (
            where scoped_feedback.feedback_kind = 'survey'
        ) as survey_score_average,
        {{ quantile(
            "case when scoped_feedback.feedback_kind = 'complaint' "
            ~ "then scoped_feedback.handling_hours end",
            0.5
        ) }} as handling_hours_p50
    from scoped_feedback
    inner join date_periods on scoped_feedback.opened_date = date_periods.date
    group by
        date_periods.period_type,
        date_periods.period_start,
        scoped_feedback.scope_type,
        scoped_feedback.scope_id
),

-- The rows of R6, and those of all before the first group has life: no feedback is lost.
quality_rows as (
    select
        period_type,
        period_start,
        scope_type,
        scope_id
    from scope_periods

    union

    select
        period_type,
        period_start,
        scope_type,
        scope_id
    from counted
    where scope_type = 'all'
),

final as (
    select
        quality_rows.period_type,
        quality_rows.period_start,
        periods.period_end,
        periods.is_partial,
        quality_rows.scope_type,
        quality_rows.scope_id,
        cast(coalesce(counted.complaints, 0) as bigint) as complaints,
        cast(coalesce(counted.praises, 0) as bigint) as praises,
        {{ rate('coalesce(counted.complaining_customers, 0)', 'membership.members_present') }}
            as complaint_rate,
        {{ rate('counted.praises', 'counted.praises + counted.complaints') }} as praise_rate,
        counted.survey_score_average,
        cast(coalesce(counted.phone_visits, 0) as bigint) as phone_visits,
        counted.handling_hours_p50
    from quality_rows
    inner join periods
        on
            quality_rows.period_type = periods.period_type
            and quality_rows.period_start = periods.period_start
    left join membership
        on
            {{ same_scope_period('quality_rows', 'membership') | indent(8) }}
    left join counted
        on
            {{ same_scope_period('quality_rows', 'counted') | indent(8) }}
)

select * from final
