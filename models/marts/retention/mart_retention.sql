{%- set period_types = ['day', 'week', 'month'] -%}
{%- set cohort = [
    'scope_type', 'scope_id', 'cohort_event', 'cohort_period_type', 'cohort_start'
] -%}
{%- set slice = slice_by(cohort, touched_by=[
    changed('int_cohort_returns'),
    changed('int_cohort_stays'),
    counted_since('this', ends_of_intervals()),
    changed_cohorts(),
]) -%}
with reporting_window as (
    select * from {{ ref('dim_reporting_window') }}
),

periods as (
    select * from {{ ref('dim_period') }}
    where period_type in ('day', 'week', 'month')
),

cohort_members as (
    select * from {{ ref('fct_cohort_member') }}
),

retained as (
    select * from {{ sliced(slice, 'int_cohort_returns') }}
    union all
    select * from {{ sliced(slice, 'int_cohort_stays') }}
),

intervals as (
    {{ retention_intervals() }}
),

subjects as (
    {{ retention_subjects() }}
),

cohort_sizes as (
    select
        scope_type,
        scope_id,
        cohort_event,
        cohort_date,
        count(*) as members
    from cohort_members
    group by scope_type, scope_id, cohort_event, cohort_date
),

-- A cohort day stands in its day, its week and its month.
days_of_cohorts as (
    {%- for period_type in period_types %}
    select
        scope_type,
        scope_id,
        cohort_event,
        '{{ period_type }}' as cohort_period_type,
        {{ period_start(period_type, 'cohort_date') }} as cohort_start,
        cohort_date,
        members
    from cohort_sizes
    {%- if period_type != 'month' %}
    where scope_type <> 'group'
    {%- endif %}
    {{ '' if loop.last else 'union all' }}
    {%- endfor %}
),

-- As far as history reaches (R1).
cohort_days as (
    select touched_days.*
    from {{ touched_rows(slice, 'days_of_cohorts') }} as touched_days
    inner join periods
        on
            touched_days.cohort_period_type = periods.period_type
            and touched_days.cohort_start = periods.period_start
),

day_cells as (
    select
        {{ cohort | join(', ') }},
        'day' as interval_type,
        intervals.interval_number,
        sum(cohort_days.members) as cohort_members,
        sum(
            case
                when
                    {{ add_days('cohort_days.cohort_date', 'intervals.interval_number') }}
                    <= reporting_window.as_of_date
                    then cohort_days.members
                else 0
            end
        ) as eligible_members
    from cohort_days
    cross join intervals
    cross join reporting_window
    where intervals.interval_unit = 'day'
    group by {{ cohort | join(', ') }}, intervals.interval_number
),

period_intervals as (
    {%- for unit in ['week', 'month'] %}
    select
        periods.period_type as cohort_period_type,
        periods.period_start as cohort_start,
        intervals.interval_number,
        {{ add_periods(unit, 'periods.period_start', 'intervals.interval_number + 1') }}
        <= {{ add_days('reporting_window.as_of_date', 1) }} as is_complete
    from periods
    inner join intervals
        on periods.period_type = intervals.interval_unit
    cross join reporting_window
    where
        periods.period_type = '{{ unit }}'
        and {{ add_periods(unit, 'periods.period_start', 'intervals.interval_number') }}
        <= reporting_window.as_of_date
    {{ '' if loop.last else 'union all' }}
    {%- endfor %}
),

period_cells as (
    select
        cohort_days.scope_type,
        cohort_days.scope_id,
        cohort_days.cohort_event,
        cohort_days.cohort_period_type,
        cohort_days.cohort_start,
        'period' as interval_type,
        period_intervals.interval_number,
        sum(cohort_days.members) as cohort_members,
        sum(cohort_days.members) as eligible_members,
        period_intervals.is_complete
    from cohort_days
    inner join period_intervals
        on
            cohort_days.cohort_period_type = period_intervals.cohort_period_type
            and cohort_days.cohort_start = period_intervals.cohort_start
    where cohort_days.scope_type <> 'group'
    group by
        cohort_days.scope_type, cohort_days.scope_id, cohort_days.cohort_event,
        cohort_days.cohort_period_type, cohort_days.cohort_start,
        period_intervals.interval_number, period_intervals.is_complete
),

cells as (
    select
        *,
        cohort_members = eligible_members as is_complete
    from day_cells
    union all
    select * from period_cells
),

final as (
    select
        cells.scope_type,
        cells.scope_id,
        cells.cohort_event,
        cells.cohort_period_type,
        cells.cohort_start,
        subjects.subject,
        subjects.rule,
        cells.interval_type,
        cells.interval_number,
        cast(cells.cohort_members as bigint) as cohort_members,
        cast(cells.eligible_members as bigint) as eligible_members,
        cast(coalesce(retained.retained_members, 0) as bigint) as retained_members,
        {{ rate('coalesce(retained.retained_members, 0)', 'cells.eligible_members') }}
            as retention_rate,
        cells.is_complete
    from cells
    inner join subjects
        on cells.cohort_event = subjects.cohort_event
    left join retained
        on
            cells.scope_type = retained.scope_type
            and cells.scope_id = retained.scope_id
            and cells.cohort_event = retained.cohort_event
            and cells.cohort_period_type = retained.cohort_period_type
            and cells.cohort_start = retained.cohort_start
            and subjects.subject = retained.subject
            and subjects.rule = retained.rule
            and cells.interval_type = retained.interval_type
            and cells.interval_number = retained.interval_number
)

select * from final
