{% set window_days = var('repurchase_window_days') %}

with scope_periods as (
    select *
    from {{ ref('fct_scope_period') }}
    where period_type <> 'day'
),

orders as (
    select * from {{ ref('fct_order') }}
),

order_scopes as (
    select * from {{ ref('bridge_order_scope') }}
),

-- Purchases of one buyer on one day count as one (R11).
purchase_days as (
    select
        order_scopes.scope_type,
        order_scopes.scope_id,
        orders.member_id,
        orders.paid_date
    from order_scopes
    inner join orders
        on order_scopes.order_id = orders.order_id
    group by 1, 2, 3, 4
),

purchase_days_in_order as (
    select
        *,
        lag(paid_date) over (
            partition by scope_type, scope_id, member_id
            order by paid_date
        ) as previous_date,
        lead(paid_date) over (
            partition by scope_type, scope_id, member_id
            order by paid_date
        ) as next_date
    from purchase_days
),

-- A day is its buyer's last in the windows that end on it or later, before the next one, as long as
-- it lies in them; the buyer is a repeat buyer there as long as the day before it does, too.
windows as (
    select
        scope_type,
        scope_id,
        paid_date,
        case
            when next_date < {{ add_days('paid_date', window_days) }} then next_date
            else {{ add_days('paid_date', window_days) }}
        end as buyer_until,
        case
            when next_date < {{ add_days('previous_date', window_days) }} then next_date
            else {{ add_days('previous_date', window_days) }}
        end as repeat_buyer_until
    from purchase_days_in_order
),

-- Every change of a scope, and a row of zeros for each day on which a period ends.
changes as (
    select
        scope_type,
        scope_id,
        paid_date as date,
        1 as buyers,
        case when repeat_buyer_until > paid_date then 1 else 0 end as repeat_buyers
    from windows
    union all
    select
        scope_type,
        scope_id,
        buyer_until as date,
        -1 as buyers,
        0 as repeat_buyers
    from windows
    union all
    select
        scope_type,
        scope_id,
        repeat_buyer_until as date,
        0 as buyers,
        -1 as repeat_buyers
    from windows
    where repeat_buyer_until > paid_date
    union all
    select
        scope_type,
        scope_id,
        effective_end as date,
        0 as buyers,
        0 as repeat_buyers
    from scope_periods
),

daily as (
    select
        scope_type,
        scope_id,
        date,
        sum(buyers) as buyers,
        sum(repeat_buyers) as repeat_buyers
    from changes
    group by 1, 2, 3
),

running as (
    select
        scope_type,
        scope_id,
        date,
        sum(buyers) over (
            partition by scope_type, scope_id
            order by date
        ) as window_buyers,
        sum(repeat_buyers) over (
            partition by scope_type, scope_id
            order by date
        ) as window_repeat_buyers
    from daily
),

final as (
    select
        scope_periods.period_type,
        scope_periods.period_start,
        scope_periods.scope_type,
        scope_periods.scope_id,
        cast(running.window_buyers as bigint) as window_buyers,
        cast(running.window_repeat_buyers as bigint) as window_repeat_buyers
    from scope_periods
    inner join running
        on
            scope_periods.scope_type = running.scope_type
            and scope_periods.scope_id = running.scope_id
            and scope_periods.effective_end = running.date
)

select * from final
