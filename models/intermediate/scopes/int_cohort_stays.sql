{%- set sums = add_up_by(
    [
        'scope_type', 'scope_id', 'cohort_event', 'cohort_period_type', 'cohort_start', 'subject',
        'rule', 'interval_type', 'interval_number',
    ],
    values=['retained_members'],
    upstreams=['fct_cohort_member', 'fct_presence', 'int_reporting_window'],
) -%}
{%- set whose = ['scope_type', 'scope_id', 'member_id'] -%}
{%- set is_joined = "cohort_event = 'joined' and scope_type in ('all', 'group')" -%}
{%- do counted_anew(sums, whose, touched_by=[
    changed('fct_cohort_member', condition=is_joined),
    changed('fct_presence', condition="scope_type in ('all', 'group')"),
    changed_intervals(whose, condition=is_joined),
]) -%}
with reporting_window as (
    select * from {{ in_both_states(sums, 'int_reporting_window', is_small=true) }}
),

cohorts as (
    select * from {{ in_both_states(sums, 'fct_cohort_member') }}
    where {{ is_joined }}
),

presence as (
    select * from {{ in_both_states(sums, 'fct_presence') }}
),

intervals as (
    {{ retention_intervals() }}
),

stretches as (
    select
        cohorts.scope_type,
        cohorts.scope_id,
        cohorts.channel_id,
        cohorts.member_id,
        cohorts.cohort_date,
        cohorts.weight,
        presence.entered_date,
        presence.left_date
    from cohorts
    inner join presence
        on
            cohorts.scope_type = presence.scope_type
            and cohorts.scope_id = presence.scope_id
            and cohorts.member_id = presence.member_id
            and cohorts.weight = presence.weight
),

-- In units after the cohort's own: present at the end of entered_number and of every later one
-- before left_number. Who is still there leaves after the last day that has come; weeks and
-- months are counted ahead, so that no later day changes them: the mart takes what has begun.
stays as (
    {%- for unit in ['day', 'week', 'month'] %}
    select
        stretches.scope_type,
        stretches.scope_id,
        stretches.channel_id,
        stretches.member_id,
        stretches.weight,
        '{{ unit }}' as interval_unit,
        {{ counted_from(unit, 'stretches') }} as cohort_start,
        {{ periods_between(unit, 'stretches.cohort_date', 'stretches.entered_date') }}
            as entered_number,
        coalesce(
            {{ periods_between(unit, 'stretches.cohort_date', 'stretches.left_date') }},
            {% if unit == 'day' -%}
            {{ periods_between(unit, 'stretches.cohort_date', 'reporting_window.as_of_date') }} + 1
            {%- else -%}
            9999
            {%- endif %}
        ) as left_number
    from stretches
    inner join reporting_window on stretches.weight = reporting_window.weight
    {%- if unit != 'day' %}
    where stretches.scope_type = 'all'
    {%- endif %}
    {{ '' if loop.last else 'union all' }}
    {%- endfor %}
),

stays_with_an_end as (
    select * from stays
    where entered_number < left_number
),

bounded_stays as (
    select
        scope_type,
        scope_id,
        channel_id,
        'bounded' as rule,
        interval_unit,
        cohort_start,
        entered_number,
        left_number,
        sum(weight) as members
    from stays_with_an_end
    group by
        scope_type, scope_id, channel_id, interval_unit, cohort_start, entered_number, left_number
),

last_stays as (
    select
        scope_type,
        scope_id,
        channel_id,
        member_id,
        weight,
        interval_unit,
        cohort_start,
        max(left_number) as left_number
    from stays_with_an_end
    group by scope_type, scope_id, channel_id, member_id, weight, interval_unit, cohort_start
),

-- Whoever is there at the end of a later unit counts for every one before it.
unbounded_stays as (
    select
        scope_type,
        scope_id,
        channel_id,
        'unbounded' as rule,
        interval_unit,
        cohort_start,
        0 as entered_number,
        left_number,
        sum(weight) as members
    from last_stays
    group by scope_type, scope_id, channel_id, interval_unit, cohort_start, left_number
),

counted_stays as (
    select * from bounded_stays
    union all
    select * from unbounded_stays
),

counts as (
    select
        counted_stays.scope_type,
        counted_stays.scope_id,
        counted_stays.channel_id,
        'joined' as cohort_event,
        'membership' as subject,
        counted_stays.rule,
        counted_stays.interval_unit,
        counted_stays.cohort_start,
        intervals.interval_number,
        counted_stays.members as retained_members
    from counted_stays
    inner join intervals
        on
            counted_stays.interval_unit = intervals.interval_unit
            and counted_stays.entered_number <= intervals.interval_number
            and counted_stays.left_number > intervals.interval_number
),

final as (
    {{ add_up_cohorts('counts') }}
)

select * from final
