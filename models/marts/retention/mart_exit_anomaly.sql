{%- set baseline_days = 28 -%}
{%- set days_before_first_row = 14 -%}
{%- set has_members = 'case when members_present > 0 then 1 else 0 end' -%}
{%- set is_looked_at = 'other.date between one.{0} and ' ~ add_days('one.{0}', baseline_days) -%}
{%- set slice = slice_by(['group_id', 'date'], touched_by=[
    changed_sums(
        'fct_scope_membership_day',
        by=['scope_type', 'scope_id', 'date'],
        values=['1', 'leaves'],
        other='dim_date',
        on="one.scope_type = 'group' and " ~ is_looked_at.format('date'),
        columns=['one.scope_id', 'other.date'],
    ),
    changed_sums(
        'fct_scope_membership_day',
        by=['scope_type', 'scope_id', 'date'],
        values=[has_members],
        other='dim_date',
        on="one.scope_type = 'group' and one.date <= other.date",
        columns=['one.scope_id', 'other.date'],
    ),
    changed_sums(
        'fct_membership_span',
        by=['group_id', 'end_date', 'ended_at', 'end_reason', 'end_precision'],
        values=['1'],
        other='dim_date',
        on="one.end_reason = 'leave' and " ~ is_looked_at.format('end_date'),
        columns=['one.group_id', 'other.date'],
    ),
    changed_sums(
        'dim_group',
        by=['group_id', 'dissolved_date'],
        values=['1'],
        other='dim_date',
        columns=['one.group_id', 'other.date'],
    ),
    changed_sums(
        'dim_period',
        by=['period_type', 'period_start'],
        values=["case period_type when 'all' then 1 else 0 end"],
        other='fct_scope_membership_day',
        on="other.scope_type = 'group'",
        columns=['other.scope_id', 'other.date'],
    ),
    changed('fct_touch', ['group_id', 'touch_date'], condition='is_delivered'),
    changed('fct_touch', ['group_id', add_days('touch_date', 1)], condition='is_delivered'),
]) -%}
with history as (
    select period_start as first_date
    from {{ ref('dim_period') }}
    where period_type = 'all'
),

groups as (
    select * from {{ ref('dim_group') }}
),

all_scope_days as (
    select * from {{ ref('fct_scope_membership_day') }}
    where scope_type = 'group'
),

scope_days as (
    select *
    from {{ sliced_with_days_before(
        slice, 'fct_scope_membership_day', ['scope_id', 'date'], baseline_days
    ) }}
    where scope_type = 'group'
),

-- a leave that snapshots further apart than a day show may be of any day between them
leave_days as (
    select
        group_id,
        end_date,
        sum(case when end_precision = 'snapshot' then 1 else 0 end) as undated_leaves,
        min(case when end_precision = 'snapshot' then null else ended_at end) as first_left_at
    from {{ sliced_with_days_before(
        slice, 'fct_membership_span', ['group_id', 'end_date'], baseline_days
    ) }}
    where end_reason = 'leave'
    group by group_id, end_date
),

touches as (
    select *
    from {{ sliced_with_days_before(slice, 'fct_touch', ['group_id', 'touch_date'], 1) }}
    where is_delivered and group_id is not null
),

offsets as (
    select numbers.days_before
    from (
        values
        {% for days_before in range(1, baseline_days + 1) -%}
        ({{ days_before }}){{ ',' if not loop.last }}
        {% endfor -%}
    ) as numbers (days_before)
),

lived_days as (
    select
        all_scope_days.scope_id as group_id,
        all_scope_days.date,
        row_number() over (
            partition by all_scope_days.scope_id
            order by all_scope_days.date
        ) as lived_day
    from all_scope_days
    inner join history
        on all_scope_days.date >= history.first_date
    where all_scope_days.members_present > 0
),

-- Of a group's days with members the first, and the first that has a row.
first_days as (
    select
        group_id,
        min(date) as first_date,
        max(case when lived_day = {{ days_before_first_row }} + 1 then date end) as first_row_date
    from lived_days
    where lived_day <= {{ days_before_first_row }} + 1
    group by group_id
),

group_days as (
    select
        scope_days.scope_id as group_id,
        scope_days.date,
        first_days.first_row_date,
        scope_days.leaves - coalesce(leave_days.undated_leaves, 0) as leaves,
        coalesce(leave_days.undated_leaves, 0) as undated_leaves
    from scope_days
    inner join first_days
        on
            scope_days.scope_id = first_days.group_id
            and scope_days.date >= first_days.first_date
    inner join groups
        on scope_days.scope_id = groups.group_id
    left join leave_days
        on scope_days.scope_id = leave_days.group_id and scope_days.date = leave_days.end_date
    where groups.dissolved_date is null or scope_days.date <= groups.dissolved_date
),

-- A group's days follow each other without a gap from its first with members on.
baselines as (
    select
        group_id,
        date,
        first_row_date,
        leaves,
        undated_leaves,
        count(*) over baseline as days,
        sum(leaves) over baseline as baseline_leaves,
        sum(case when leaves = 0 then 1 else 0 end) over baseline as days_without_leaves
    from group_days
    window baseline as (
        partition by group_id
        order by date
        rows between {{ baseline_days }} preceding and 1 preceding
    )
),

rows_of_mart as (
    select
        *,
        2 * days_without_leaves > days as is_quiet
    from {{ touched_rows(slice, 'baselines') }}
    where date >= first_row_date
),

-- Where most days have no leave, median and MAD are 0; of the others every day is looked at.
busy_days as (
    select
        rows_of_mart.group_id,
        rows_of_mart.date,
        earlier_days.leaves
    from rows_of_mart
    cross join offsets
    inner join baselines as earlier_days
        on
            rows_of_mart.group_id = earlier_days.group_id
            and {{ add_days('rows_of_mart.date', '-offsets.days_before') }} = earlier_days.date
    where not rows_of_mart.is_quiet
),

medians as (
    select
        group_id,
        date,
        {{ quantile('leaves', 0.5) }} as baseline_median
    from busy_days
    group by group_id, date
),

deviations as (
    select
        busy_days.group_id,
        busy_days.date,
        medians.baseline_median,
        abs(busy_days.leaves - medians.baseline_median) as deviation
    from busy_days
    inner join medians
        on busy_days.group_id = medians.group_id and busy_days.date = medians.date
),

busy_baselines as (
    select
        group_id,
        date,
        baseline_median,
        {{ quantile('deviation', 0.5) }} as baseline_mad,
        sum(deviation) / count(*) as mean_deviation
    from deviations
    group by group_id, date, baseline_median
),

judged as (
    select
        rows_of_mart.group_id,
        rows_of_mart.date,
        rows_of_mart.leaves,
        rows_of_mart.undated_leaves,
        coalesce(busy_baselines.baseline_median, 0.0) as baseline_median,
        coalesce(busy_baselines.baseline_mad, 0.0) as baseline_mad,
        coalesce(
            busy_baselines.mean_deviation,
            {{ rate('rows_of_mart.baseline_leaves', 'rows_of_mart.days') }}
        ) as mean_deviation
    from rows_of_mart
    left join busy_baselines
        on
            rows_of_mart.group_id = busy_baselines.group_id
            and rows_of_mart.date = busy_baselines.date
),

scored as (
    select
        *,
        case
            when baseline_mad > 0 then 0.6745 * (leaves - baseline_median) / baseline_mad
            when mean_deviation > 0
                then (leaves - baseline_median) / (1.253314 * mean_deviation)
        end as score
    from judged
),

-- The 24 hours before the first leave lie on two dates, which find the touches.
touch_dates as (
    select
        *,
        end_date as touch_date
    from leave_days
    union all
    select
        *,
        {{ add_days('end_date', -1) }} as touch_date
    from leave_days
),

touches_before as (
    select
        touch_dates.group_id,
        touch_dates.end_date,
        count(*) as touches
    from touch_dates
    inner join touches
        on
            touch_dates.group_id = touches.group_id
            and touch_dates.touch_date = touches.touch_date
            and touch_dates.first_left_at > touches.touched_at
            and {{ add_hours('touch_dates.first_left_at', -24) }} <= touches.touched_at
    group by touch_dates.group_id, touch_dates.end_date
),

final as (
    select
        scored.group_id,
        scored.date,
        cast(scored.leaves as bigint) as leaves,
        cast(scored.baseline_median as double) as baseline_median,
        cast(scored.baseline_mad as double) as baseline_mad,
        cast(scored.score as double) as score,
        scored.leaves >= 5
        and scored.leaves > scored.baseline_median
        and (scored.score > 3.5 or scored.score is null) as is_anomaly,
        coalesce(touches_before.touches, 0) as touches_before,
        cast(scored.undated_leaves as bigint) as undated_leaves
    from scored
    left join touches_before
        on scored.group_id = touches_before.group_id and scored.date = touches_before.end_date
)

select * from final
