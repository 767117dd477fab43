{%- set cohort_columns = 'scope_type, scope_id, channel_id, cohort_event, subject' -%}

with members as (
    select * from {{ ref('dim_member') }}
),

active_days as (
    select
        scope_type,
        scope_id,
        member_id,
        active_date as event_date,
        previous_active_date as previous_date,
        next_active_date as next_date
    from {{ ref('int_active_days') }}
    where scope_type in ('all', 'group')
),

orders as (
    select * from {{ ref('fct_order') }}
    where is_paid_order and member_id is not null
),

order_scopes as (
    select * from {{ ref('bridge_order_scope') }}
    where scope_type in ('all', 'group')
),

intervals as (
    {{ retention_intervals() }}
),

-- Scope channel counts as scope all does, over the channel's customers: it is added up at the end.
cohorts as (
    select
        cohort_members.scope_type,
        cohort_members.scope_id,
        case when cohort_members.scope_type = 'all' then members.first_channel_id end as channel_id,
        cohort_members.cohort_event,
        cohort_members.member_id,
        cohort_members.cohort_date
    from {{ ref('fct_cohort_member') }} as cohort_members
    left join members on cohort_members.member_id = members.member_id
    where cohort_members.scope_type in ('all', 'group')
),

-- distinct: several orders of one day are one return
community_purchases as (
    select distinct
        order_scopes.scope_type,
        order_scopes.scope_id,
        orders.member_id,
        orders.paid_date as event_date
    from orders
    inner join order_scopes on orders.order_id = order_scopes.order_id
),

-- distinct: as above
purchases as (
    select distinct
        'all' as scope_type,
        'all' as scope_id,
        member_id,
        paid_date as event_date
    from orders
),

community_purchase_days as (
    select
        *,
        lag(event_date) over days as previous_date,
        lead(event_date) over days as next_date
    from community_purchases
    window days as (partition by scope_type, scope_id, member_id order by event_date)
),

purchase_days as (
    select
        *,
        lag(event_date) over days as previous_date,
        lead(event_date) over days as next_date
    from purchases
    window days as (partition by scope_type, scope_id, member_id order by event_date)
),

-- Only days that some interval asks for; most days of somebody are none.
event_days as (
    {%- for cohort_event, subject, days in [
        ('joined', 'activity', 'active_days'),
        ('first_active', 'activity', 'active_days'),
        ('joined', 'purchase', 'community_purchase_days'),
        ('first_purchase', 'purchase', 'purchase_days'),
    ] %}
    select
        cohorts.*,
        '{{ subject }}' as subject,
        events.event_date,
        events.previous_date,
        events.next_date
    from cohorts
    inner join {{ days }} as events
        on
            cohorts.scope_type = events.scope_type
            and cohorts.scope_id = events.scope_id
            and cohorts.member_id = events.member_id
    where
        cohorts.cohort_event = '{{ cohort_event }}'
        and (
            events.next_date is null
            or {{ periods_between('day', 'cohorts.cohort_date', 'events.event_date') }}
            in ({{ var('retention_days') | join(', ') }})
            or (
                cohorts.scope_type = 'all'
                and (
                    {{ is_return('week', 'events') }}
                    or {{ is_return('month', 'events') }}
                )
            )
        )
    {{ '' if loop.last else 'union all' }}
    {%- endfor %}
),

bounded_returns as (
    {%- for unit in ['day', 'week', 'month'] %}
    select
        {{ cohort_columns }},
        intervals.interval_unit,
        {{ counted_from(unit, 'event_days') }} as cohort_start,
        intervals.interval_number
    from event_days
    inner join intervals
        on
            {{ periods_between(unit, 'event_days.cohort_date', 'event_days.event_date') }}
            = intervals.interval_number
    where
        intervals.interval_unit = '{{ unit }}'
        and {{ is_return(unit, 'event_days') }}
        {%- if unit != 'day' %} and event_days.scope_type = 'all' {%- endif %}
    {{ '' if loop.last else 'union all' }}
    {%- endfor %}
),

last_days as (
    select
        {{ cohort_columns }},
        cohort_date,
        event_date as last_date
    from event_days
    where next_date is null
),

last_returns as (
    {%- for unit in ['day', 'week', 'month'] %}
    select
        {{ cohort_columns }},
        '{{ unit }}' as interval_unit,
        {{ counted_from(unit, 'last_days') }} as cohort_start,
        {{ reached_interval(
            unit, periods_between(unit, 'last_days.cohort_date', 'last_days.last_date')
        ) }} as last_number
    from last_days
    {%- if unit != 'day' %}
    where last_days.scope_type = 'all'
    {%- endif %}
    {{ '' if loop.last else 'union all' }}
    {%- endfor %}
),

-- Counted before the intervals multiply them; who reaches none drops out there.
last_return_counts as (
    select
        {{ cohort_columns }},
        interval_unit,
        cohort_start,
        last_number,
        count(*) as members
    from last_returns
    group by {{ cohort_columns }}, interval_unit, cohort_start, last_number
),

counts as (
    select
        {{ cohort_columns }},
        'bounded' as rule,
        interval_unit,
        cohort_start,
        interval_number,
        count(*) as retained_members
    from bounded_returns
    group by {{ cohort_columns }}, interval_unit, cohort_start, interval_number
    union all
    select
        {{ cohort_columns }},
        'unbounded' as rule,
        last_return_counts.interval_unit,
        last_return_counts.cohort_start,
        intervals.interval_number,
        last_return_counts.members as retained_members
    from last_return_counts
    inner join intervals
        on
            last_return_counts.interval_unit = intervals.interval_unit
            and last_return_counts.last_number >= intervals.interval_number
),

final as (
    {{ add_up_cohorts('counts') }}
)

select * from final
