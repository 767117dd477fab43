with periods as (
    select * from {{ ref('dim_period') }}
    where period_type in ('month', 'quarter', 'year', 'all')
),

dates as (
    select * from {{ ref('dim_date') }}
),

channels as (
    select * from {{ ref('dim_channel') }}
),

channel_days as (
    select * from {{ ref('fct_channel_day') }}
),

members as (
    select * from {{ ref('dim_member') }}
    where is_customer and first_channel_id is not null
),

purchase_days as (
    select * from {{ ref('int_purchase_days') }}
),

-- A channel stands from its first new member, join or spend on; a sale does not begin it.
first_days as (
    select
        channel_id,
        min(date) as first_date
    from channel_days
    where new_members > 0 or joins > 0 or spend_rows > 0
    group by channel_id
),

channel_periods as (
    select
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.effective_end,
        periods.is_partial,
        first_days.channel_id
    from periods
    inner join first_days on periods.effective_end >= first_days.first_date
),

sums as (
    select
        channel_periods.period_type,
        channel_periods.period_start,
        channel_periods.channel_id,
        sum(channel_days.new_members) as acquired_members,
        sum(channel_days.converted_members) as converted_members,
        {{ sum_in_period('impressions') }} as impressions,
        {{ sum_in_period('clicks') }} as clicks,
        {{ sum_in_period('invited') }} as invited,
        {{ sum_in_period('new_members') }} as new_members,
        {{ sum_in_period('joins') }} as joins,
        {{ sum_in_period('eligible_members_7d') }} as eligible_members_7d,
        {{ sum_in_period('retained_members_7d') }} as retained_members_7d,
        {{ sum_in_period('eligible_members_30d') }} as eligible_members_30d,
        {{ sum_in_period('retained_members_30d') }} as retained_members_30d,
        {{ sum_in_period('first_time_buyers') }} as first_time_buyers,
        {{ sum_in_period('orders') }} as orders,
        {{ sum_in_period('net_sales') }} as net_sales,
        {{ sum_in_period('costed_net_sales') }} as costed_net_sales,
        {{ sum_in_period('cost_of_goods') }} as cost_of_goods,
        {{ sum_in_period('cost_amount') }} as cost_amount,
        {{ sum_in_period('ad_cost_amount') }} as ad_cost_amount
    from channel_periods
    inner join channel_days
        on
            channel_periods.channel_id = channel_days.channel_id
            and channel_periods.effective_end >= channel_days.date
    group by channel_periods.period_type, channel_periods.period_start, channel_periods.channel_id
),

period_dates as (
    select
        periods.period_type,
        periods.period_start,
        dates.date
    from periods
    inner join dates on dates.date between periods.period_start and periods.effective_end
),

-- A buyer counts on the first of the purchase days in a period.
buyers as (
    select
        period_dates.period_type,
        period_dates.period_start,
        members.first_channel_id as channel_id,
        count(*) as buyers
    from purchase_days
    inner join members on purchase_days.member_id = members.member_id
    inner join period_dates on purchase_days.paid_date = period_dates.date
    where coalesce(purchase_days.previous_paid_date < period_dates.period_start, true)
    group by period_dates.period_type, period_dates.period_start, members.first_channel_id
),

final as (
    select
        channel_periods.period_type,
        channel_periods.period_start,
        channel_periods.period_end,
        channel_periods.is_partial,
        channel_periods.channel_id,
        channels.channel_name,
        cast(coalesce(sums.impressions, 0) as bigint) as impressions,
        cast(coalesce(sums.clicks, 0) as bigint) as clicks,
        cast(coalesce(sums.invited, 0) as bigint) as invited,
        cast(coalesce(sums.new_members, 0) as bigint) as new_members,
        cast(coalesce(sums.joins, 0) as bigint) as joins,
        {{ rate('coalesce(sums.new_members, 0)', 'sums.impressions') }} as join_rate_by_exposure,
        {{ rate('coalesce(sums.new_members, 0)', 'sums.invited') }} as join_rate_by_invitation,
        {{ rate('sums.retained_members_7d', 'sums.eligible_members_7d') }} as retention_rate_7d,
        {{ rate('sums.retained_members_30d', 'sums.eligible_members_30d') }} as retention_rate_30d,
        cast(coalesce(buyers.buyers, 0) as bigint) as buyers,
        cast(coalesce(sums.first_time_buyers, 0) as bigint) as first_time_buyers,
        cast(coalesce(sums.orders, 0) as bigint) as orders,
        {{ money('coalesce(sums.net_sales, 0)') }} as net_sales,
        {{ money('sums.costed_net_sales - sums.cost_of_goods') }} as gross_profit,
        {{ money('coalesce(sums.cost_amount, 0)') }} as cost_amount,
        {{ money('coalesce(sums.ad_cost_amount, 0)') }} as ad_cost_amount,
        {{ rate('coalesce(sums.cost_amount, 0)', 'sums.new_members') }} as cost_per_new_member,
        {{ rate('coalesce(sums.cost_amount, 0)', 'sums.first_time_buyers') }}
            as customer_acquisition_cost,
        {{ rate('coalesce(sums.net_sales, 0)', 'sums.cost_amount') }} as return_on_ad_spend,
        {{ rate(
            'sums.costed_net_sales - sums.cost_of_goods - sums.cost_amount', 'sums.cost_amount'
        ) }} as return_on_investment,
        {{ rate('coalesce(sums.cost_amount, 0)', 'sums.net_sales') }} as cost_to_sales_ratio,
        {{ rate('sums.converted_members', 'sums.acquired_members') }} as channel_conversion_rate,
        {{ rate(
            'coalesce(sums.new_members, 0)',
            'sum(sums.new_members) over (
                partition by channel_periods.period_type, channel_periods.period_start
            )'
        ) }} as channel_share
    from channel_periods
    inner join sums
        on
            channel_periods.period_type = sums.period_type
            and channel_periods.period_start = sums.period_start
            and channel_periods.channel_id = sums.channel_id
    left join buyers
        on
            channel_periods.period_type = buyers.period_type
            and channel_periods.period_start = buyers.period_start
            and channel_periods.channel_id = buyers.channel_id
    left join channels on channel_periods.channel_id = channels.channel_id
)

select * from final
