-- mart_channel_roi and mart_retention state one and the same retention of a channel's month.
select
    roi.channel_id,
    roi.period_start,
    roi.retention_rate_7d,
    retention.retention_rate
from {{ ref('mart_channel_roi') }} as roi
inner join (
    select * from {{ ref('mart_retention') }}
    where
        scope_type = 'channel'
        and cohort_event = 'joined'
        and cohort_period_type = 'month'
        and subject = 'membership'
        and rule = 'bounded'
        and interval_type = 'day'
        and interval_number = 7
) as retention
    on
        roi.channel_id = retention.scope_id
        and roi.period_start = retention.cohort_start
where
    roi.period_type = 'month'
    and coalesce(roi.retention_rate_7d, -1) <> coalesce(retention.retention_rate, -1)
