{%- set cohort_columns = 'scope_type, scope_id, channel_id, cohort_event, subject' -%}
{%- set sums = add_up_by(
    [
        'scope_type', 'scope_id', 'cohort_event', 'cohort_period_type', 'cohort_start', 'subject',
        'rule', 'interval_type', 'interval_number',
    ],
    values=['retained_members'],
    upstreams=['fct_cohort_member', 'int_active_days', 'int_buyer_days', 'int_purchase_days'],
) -%}
with intervals as (
    {{ retention_intervals() }}
),

-- Only days that some interval asks for; most days of somebody are none. Scope channel counts as
-- scope all does, over the channel's customers: it is added up at the end.
event_days as (
    {%- for cohort_events, subject, days, day in [
        ("('joined', 'first_active')", 'activity', 'int_active_days', 'active_date'),
        ("('joined')", 'purchase', 'int_buyer_days', 'paid_date'),
        ("('first_purchase')", 'purchase', 'int_purchase_days', 'paid_date'),
    ] %}
    {%- set outer_loop = loop %}
    {%- set keys = ['scope_type', 'scope_id', 'member_id'] %}
    {%- for cohorts, events in differences_joined(
        sums, 'fct_cohort_member', days, keys, since=['cohort_date', day]
    ) %}
    select
        cohorts.scope_type,
        cohorts.scope_id,
        cohorts.channel_id,
        cohorts.cohort_event,
        '{{ subject }}' as subject,
        cohorts.cohort_date,
        events.{{ day }} as event_date,
        events.previous_{{ day }} as previous_date,
        events.next_{{ day }} as next_date,
        cohorts.weight * events.weight as weight
    from {{ cohorts }} as cohorts
    inner join {{ events }} as events
        on
            cohorts.scope_type = events.scope_type
            and cohorts.scope_id = events.scope_id
            and cohorts.member_id = events.member_id
    where
        cohorts.cohort_event in {{ cohort_events }}
        and cohorts.scope_type in ('all', 'group')
        and (
            events.next_{{ day }} is null
            or {{ periods_between('day', 'cohorts.cohort_date', 'events.' ~ day) }}
            in ({{ var('retention_days') | join(', ') }})
            or (
                cohorts.scope_type = 'all'
                and (
                    {{ is_return('week', 'events', day, 'previous_' ~ day) }}
                    or {{ is_return('month', 'events', day, 'previous_' ~ day) }}
                )
            )
        )
    {{ '' if loop.last and outer_loop.last else 'union all' }}
    {%- endfor %}
    {%- endfor %}
),

bounded_returns as (
    {%- for unit in ['day', 'week', 'month'] %}
    select
        {{ cohort_columns }},
        intervals.interval_unit,
        {{ counted_from(unit, 'event_days') }} as cohort_start,
        intervals.interval_number,
        event_days.weight
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
        event_date as last_date,
        weight
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
        ) }} as last_number,
        last_days.weight
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
        sum(weight) as members
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
        sum(weight) as retained_members
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
