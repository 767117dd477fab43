{%- set window_days = var('repurchase_window_days') -%}
{%- set measures = ['buyers', 'repeat_buyers'] -%}
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
    group by order_scopes.scope_type, order_scopes.scope_id, orders.member_id, orders.paid_date
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
    {{ scope_changes('windows', 'paid_date', measures, {
        'buyers': 'count(*)',
        'repeat_buyers': 'count(*) filter (where repeat_buyer_until > paid_date)',
    }) | indent(4) }}
    union all
    {{ scope_changes('windows', 'buyer_until', measures, {'buyers': '-count(*)'}) | indent(4) }}
    union all
    {{ scope_changes('windows', 'repeat_buyer_until', measures, {
        'repeat_buyers': '-count(*)',
    }, 'repeat_buyer_until > paid_date') | indent(4) }}
    union all
    {{ scope_changes('scope_periods', 'effective_end', measures, {}) | indent(4) }}
),

daily as (
    select
        scope_type,
        scope_id,
        date,
        sum(buyers) as buyers,
        sum(repeat_buyers) as repeat_buyers
    from changes
    group by scope_type, scope_id, date
),

running as (
    select
        scope_type,
        scope_id,
        date,
        {{ running_sum('buyers') }} as window_buyers,
        {{ running_sum('repeat_buyers') }} as window_repeat_buyers
    from daily
),

final as (
    select
        scope_periods.period_type,
        scope_periods.period_start,
        scope_periods.scope_type,
        scope_periods.scope_id,
        running.window_buyers,
        running.window_repeat_buyers
    from scope_periods
    inner join running
        on
            {{ same_scope('scope_periods', 'running') | indent(8) }}
            and scope_periods.effective_end = running.date
)

select * from final
