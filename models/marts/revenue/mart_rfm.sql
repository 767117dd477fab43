with reporting_window as (
    select * from {{ ref('dim_reporting_window') }}
),

orders as (
    select * from {{ ref('fct_order') }}
    where is_paid_order and member_id is not null
),

presence as (
    select * from {{ ref('fct_presence') }}
    where scope_type = 'all'
),

segments as (
    select * from {{ ref('rfm_segments') }}
),

segments_11 as (
    select * from {{ ref('rfm_segments_11') }}
),

buyers as (
    select
        orders.member_id,
        {{ days_between('max(orders.paid_date)', 'max(reporting_window.as_of_date)') }}
            as recency_days,
        count(*) as frequency,
        sum(orders.net_sales) as monetary
    from orders
    cross join reporting_window
    where
        orders.paid_date
        > {{ add_days('reporting_window.as_of_date', '-' ~ var('rfm_window_days')) }}
    group by orders.member_id
),

cut_points as (
    select
        {{ cut_points('recency_days') }},
        {{ cut_points('frequency') }},
        {{ cut_points('monetary') }}
    from buyers
),

scored as (
    select
        buyers.member_id,
        buyers.recency_days,
        buyers.frequency,
        buyers.monetary,
        5 - ({{ cut_points_below('recency_days') }}) as recency_score,
        1 + ({{ cut_points_below('frequency') }}) as frequency_score,
        1 + ({{ cut_points_below('monetary') }}) as monetary_score,
        buyers.recency_days <= cut_points.recency_days_mean as is_recency_high,
        buyers.frequency > cut_points.frequency_mean as is_frequency_high,
        cast(buyers.monetary as double) > cut_points.monetary_mean as is_monetary_high
    from buyers
    cross join cut_points
),

members_now as (
    select presence.member_id
    from presence
    inner join reporting_window
        on {{ is_there_at_end_of('presence', 'reporting_window.as_of_date') }}
),

final as (
    select
        scored.member_id,
        cast(scored.recency_days as bigint) as recency_days,
        cast(scored.frequency as bigint) as frequency,
        {{ money('scored.monetary') }} as monetary,
        cast(scored.recency_score as integer) as recency_score,
        cast(scored.frequency_score as integer) as frequency_score,
        cast(scored.monetary_score as integer) as monetary_score,
        cast(
            100 * scored.recency_score + 10 * scored.frequency_score + scored.monetary_score
            as integer
        ) as rfm_score,
        segments.segment,
        segments.segment_zh,
        segments_11.segment_11,
        segments_11.segment_11_zh,
        case
            when scored.frequency_score >= 4 and scored.monetary_score >= 4 then 'high_value_loyal'
            when scored.frequency_score >= 4 then 'loyal'
            else 'ordinary'
        end as value_tier,
        members_now.member_id is not null as is_in_community
    from scored
    left join segments
        on
            scored.is_recency_high = segments.is_recency_high
            and scored.is_frequency_high = segments.is_frequency_high
            and scored.is_monetary_high = segments.is_monetary_high
    left join segments_11
        on
            scored.recency_score = segments_11.recency_score
            and scored.frequency_score = segments_11.frequency_score
    left join members_now on scored.member_id = members_now.member_id
)

select * from final
