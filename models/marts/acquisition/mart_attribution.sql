{%- set models = ['first', 'last', 'linear', 'position_based', 'time_decay'] -%}
with periods as (
    select * from {{ ref('dim_period') }}
    where period_type in ('month', 'all')
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
    where period_type in ('month', 'all')
),

channels as (
    select * from {{ ref('dim_channel') }}
),

orders as (
    select * from {{ ref('fct_order') }}
),

paths as (
    select * from {{ ref('fct_attribution_path') }}
),

spend as (
    select * from {{ ref('fct_spend') }}
),

-- Decimals add up in any order, and a half of a cent stays one until it is rounded (R10).
channel_days as (
    select
        {% for model in models -%}
        sum({{ credit(model) }}) as {{ model }}_orders,
        sum({{ credit(model) }} * orders.net_sales) as {{ model }}_net_sales,
        {% endfor -%}
        paths.channel_id,
        orders.paid_date
    from paths
    inner join orders
        on paths.order_id = orders.order_id
    group by paths.channel_id, orders.paid_date
),

channel_credits as (
    select
        {% for model in models -%}
        sum(channel_days.{{ model }}_orders) as {{ model }}_orders,
        sum(channel_days.{{ model }}_net_sales) as {{ model }}_net_sales,
        {% endfor -%}
        date_periods.period_type,
        date_periods.period_start,
        channel_days.channel_id
    from channel_days
    inner join date_periods
        on channel_days.paid_date = date_periods.date
    group by date_periods.period_type, date_periods.period_start, channel_days.channel_id
),

channel_costs as (
    select
        date_periods.period_type,
        date_periods.period_start,
        spend.channel_id,
        sum(spend.cost_amount) as cost_amount
    from spend
    inner join date_periods
        on spend.spend_date = date_periods.date
    group by date_periods.period_type, date_periods.period_start, spend.channel_id
),

channel_periods as (
    select
        period_type,
        period_start,
        channel_id
    from channel_credits
    union
    select
        period_type,
        period_start,
        channel_id
    from channel_costs
),

channel_models as (
    {% for model in models -%}
    select
        channel_periods.period_type,
        channel_periods.period_start,
        '{{ model }}' as model,
        channel_periods.channel_id,
        coalesce(channel_credits.{{ model }}_orders, 0) as attributed_orders,
        coalesce(channel_credits.{{ model }}_net_sales, 0) as attributed_net_sales
    from channel_periods
    left join channel_credits
        on
            channel_periods.period_type = channel_credits.period_type
            and channel_periods.period_start = channel_credits.period_start
            and channel_periods.channel_id = channel_credits.channel_id
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

final as (
    select
        channel_models.period_type,
        channel_models.period_start,
        periods.period_end,
        periods.is_partial,
        channel_models.model,
        channel_models.channel_id,
        channels.channel_name,
        cast(channel_models.attributed_orders as double) as attributed_orders,
        {{ money('round(channel_models.attributed_net_sales, 9)') }} as attributed_net_sales,
        {{ money('coalesce(channel_costs.cost_amount, 0)') }} as cost_amount,
        {{ rate('channel_models.attributed_net_sales', 'channel_costs.cost_amount') }}
            as return_on_ad_spend
    from channel_models
    inner join periods
        on
            channel_models.period_type = periods.period_type
            and channel_models.period_start = periods.period_start
    left join channel_costs
        on
            channel_models.period_type = channel_costs.period_type
            and channel_models.period_start = channel_costs.period_start
            and channel_models.channel_id = channel_costs.channel_id
    left join channels
        on channel_models.channel_id = channels.channel_id
)

select * from final
