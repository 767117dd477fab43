-- Twenty questions that analysts ask of the published file.

-- how the whole community does, month by month
select period_start, members_end, active_rate, leave_rate, net_sales
from marts.mart_community_kpi
where period_type = 'month' and scope_type = 'all'
order by period_start;

-- the last 30 days of one group
select period_start, members_end, active_members, messages, net_sales
from marts.mart_community_kpi
where period_type = 'day' and scope_type = 'group' and scope_id = (select min(group_id) from core.dim_group)
order by period_start desc
limit 30;

-- the groups that lose most people this month
select scope_id, members_present, leaving_members, leave_rate
from marts.mart_community_kpi
where period_type = 'month' and scope_type = 'group'
    and period_start = (select date_trunc('month', as_of_date) from core.dim_reporting_window)
order by leave_rate desc nulls last
limit 20;

-- this week against the last, by department
select scope_id, metric_id, value, previous_change_rate
from marts.mart_metric_value
where period_type = 'week' and scope_type = 'department' and metric_id in ('net_sales', 'active_rate', 'leave_rate')
    and period_start = (select date_trunc('week', as_of_date) - interval 7 days from core.dim_reporting_window)
order by all;

-- a metric's course for one owner
select period_start, value, previous_change_rate, last_year_change_rate
from marts.mart_metric_value
where metric_id = 'member_conversion_rate' and period_type = 'month' and scope_type = 'owner'
    and scope_id = (select min(owner_staff_id) from core.dim_group)
order by period_start;

-- retention of monthly cohorts
select cohort_start, interval_number, retention_rate
from marts.mart_retention
where scope_type = 'all' and cohort_event = 'joined' and cohort_period_type = 'month' and subject = 'membership'
    and rule = 'bounded' and interval_type = 'period'
order by all;

-- day-7 retention by channel
select scope_id, sum(retained_members) / sum(eligible_members) as retention_rate
from marts.mart_retention
where scope_type = 'channel' and cohort_event = 'joined' and cohort_period_type = 'month' and subject = 'activity'
    and rule = 'bounded' and interval_type = 'day' and interval_number = 7
group by scope_id
order by retention_rate desc;

-- members by segment
select segment_zh, count(*) as members, sum(monetary) as sales
from marts.mart_rfm
group by segment_zh
order by sales desc;

-- whom to call today
select member_id, recency_days, frequency, monetary
from marts.mart_rfm
where segment = 'keep' and is_in_community
order by monetary desc
limit 100;

-- what one member is
select *
from marts.mart_member_360
where member_id = (select max(member_id) from marts.mart_rfm);

-- who is about to leave
select group_id, count(*) filter (where risk_band = 'high') as high, count(*) as members
from marts.mart_churn_risk
group by group_id
order by high desc
limit 20;

-- days on which many left
select group_id, date, leaves, baseline_median, touches_before
from marts.mart_exit_anomaly
where is_anomaly
order by date desc
limit 50;

-- when a group talks
select weekday, hour, messages
from marts.mart_message_heatmap
where scope_type = 'all'
order by weekday, hour;

-- what is talked about this week
select term, messages, previous_messages
from marts.mart_topic
where period_type = 'week' and scope_type = 'all'
    and period_start = (select date_trunc('week', as_of_date) from core.dim_reporting_window)
order by messages desc
limit 50;

-- channels of a year
select channel_name, cost_amount, new_members, customer_acquisition_cost, return_on_investment
from marts.mart_channel_roi
where period_type = 'year'
order by cost_amount desc;

-- sales by attribution model
select model, channel_name, attributed_net_sales
from marts.mart_attribution
where period_type = 'all'
order by model, attributed_net_sales desc;

-- products of this quarter
select product_name, sum(units) as units, sum(line_sales) as sales
from marts.mart_product
where period_type = 'month' and period_start >= (
    select date_trunc('quarter', as_of_date) from core.dim_reporting_window
)
group by product_name
order by sales desc;

-- how fast staff answer
select staff_id, reply_rate, response_seconds_p50, response_seconds_p90, within_sla_rate
from marts.mart_staff_service
where period_type = 'week'
    and period_start = (select date_trunc('week', as_of_date) - interval 7 days from core.dim_reporting_window)
order by within_sla_rate;

-- group health with its advice
select group_id, health_score, recommendation, recommendation_reason_zh
from marts.mart_group_health
order by health_score
limit 50;

-- the busiest members of a month
select member_id, sum(valid_messages) as messages, sum(attributed_net_sales) as sales
from core.fct_member_day
where date >= (select date_trunc('month', as_of_date) from core.dim_reporting_window)
group by member_id
order by messages desc
limit 20;
