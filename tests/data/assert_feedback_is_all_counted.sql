-- Scope all counts every feedback that its periods hold, whatever group it names.
with counted as (
    select
        period_type,
        sum(complaints) as complaints,
        sum(praises) as praises,
        sum(phone_visits) as phone_visits
    from {{ ref('mart_service_quality') }}
    where scope_type = 'all'
    group by period_type
),

feedback as (
    select
        date_periods.period_type,
        count(*) filter (where feedback.feedback_kind = 'complaint') as complaints,
        count(*) filter (where feedback.feedback_kind = 'praise') as praises,
        count(*) filter (where feedback.feedback_kind = 'phone_visit') as phone_visits
    from {{ ref('fct_feedback') }} as feedback
    inner join {{ ref('bridge_date_period') }} as date_periods
        on feedback.opened_date = date_periods.date
    where date_periods.period_type in ('week', 'month')
    group by date_periods.period_type
)

select feedback.period_type
from feedback
left join counted on feedback.period_type = counted.period_type
where
    counted.period_type is null
    or feedback.complaints <> counted.complaints
    or feedback.praises <> counted.praises
    or feedback.phone_visits <> counted.phone_visits
