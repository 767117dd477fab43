{%- set window_days = var('repurchase_window_days') -%}
{%- set measures = ['buyers', 'repeat_buyers'] -%}
{%- set slice = slice_by_scope_periods([
    changed_sums(
        'int_buyer_days',
        by=['scope_type', 'scope_id', 'member_id', 'paid_date'],
        values=['1'],
        other='dim_period',
        on='other.effective_end >= one.paid_date and other.effective_end < '
            ~ add_days('one.paid_date', window_days),
        columns=['other.period_type', 'other.period_start', 'one.scope_type', 'one.scope_id'],
        condition="other.period_type not in ('day', 'all')",
    ),
]) -%}
with scope_periods as (
    select *
    from {{ sliced(slice, 'int_scope_periods') }}
    where period_type <> 'day'
),

first_ends as (
    select
        scope_type,
        scope_id,
        min(effective_end) as first_end
    from scope_periods
    group by scope_type, scope_id
),

-- Purchases of one buyer on one day count as one (R11); those before all windows are in none.
purchase_days as (
    select
        buyer_days.scope_type,
        buyer_days.scope_id,
        buyer_days.paid_date,
        buyer_days.previous_paid_date as previous_date,
        buyer_days.next_paid_date as next_date
    from {{ ref('int_buyer_days') }} as buyer_days
    inner join first_ends
        on
            {{ same_scope('buyer_days', 'first_ends') | indent(8) }}
            and buyer_days.paid_date > {{ add_days('first_ends.first_end', '-1 * ' ~ window_days) }}
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
    from purchase_days
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
