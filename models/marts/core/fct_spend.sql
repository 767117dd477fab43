with channel_spend as (
    select * from {{ ref('int_all_channel_spend') }}
),

reporting_window as (
    select * from {{ ref('int_reporting_window') }}
),

final as (
    select
        channel_spend.spend_date,
        channel_spend.channel_id,
        channel_spend.campaign_id,
        channel_spend.cost_kind,
        channel_spend.cost_amount,
        channel_spend.impressions,
        channel_spend.clicks,
        channel_spend.invited
    from channel_spend
    cross join reporting_window
    where channel_spend.spend_date <= reporting_window.as_of_date
)

select * from final
