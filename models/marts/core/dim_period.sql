{%- do slice_by(['period_type', 'period_start']) -%}
with reporting_window as (
    select * from {{ ref('int_reporting_window') }}
),

days as (
    select dates.*
    from {{ ref('dim_date') }} as dates
    cross join reporting_window
    where dates.date >= reporting_window.history_start_date
),

starts as (
    select
        'day' as period_type,
        date as period_start
    from days

    union

    select
        'week' as period_type,
        week_start as period_start
    from days

    union

    select
        'month' as period_type,
        month_start as period_start
    from days

    union

    select
        'quarter' as period_type,
        quarter_start as period_start
    from days

    union

    select
        'year' as period_type,
        year_start as period_start
    from days
),

with_ends as (
    select
        period_type,
        period_start,
        case period_type
            when 'day' then period_start
            when 'week' then {{ add_days('period_start', 6) }}
            when 'month' then {{ add_days(add_months('period_start', 1), -1) }}
            when 'quarter' then {{ add_days(add_months('period_start', 3), -1) }}
            else {{ add_days(add_months('period_start', 12), -1) }}
        end as period_end,
        case period_type
            when 'day' then {{ add_days('period_start', -1) }}
            when 'week' then {{ add_days('period_start', -7) }}
            when 'month' then {{ add_months('period_start', -1) }}
            when 'quarter' then {{ add_months('period_start', -3) }}
            else {{ add_months('period_start', -12) }}
        end as previous_start,
        case
            when period_type = 'week' then {{ add_days('period_start', -364) }}
            -- 29 February has no day in its place the year before
            when extract(month from period_start) = 2 and extract(day from period_start) = 29
                then null
            else {{ add_months('period_start', -12) }}
        end as last_year_start
    from starts

    union all

    select
        'all' as period_type,
        history_start_date as period_start,
        as_of_date as period_end,
        cast(null as date) as previous_start,
        cast(null as date) as last_year_start
    from reporting_window
),

final as (
    select
        with_ends.period_type,
        with_ends.period_start,
        with_ends.period_end,
        least(with_ends.period_end, reporting_window.as_of_date) as effective_end,
        with_ends.period_end > reporting_window.as_of_date as is_partial,
        with_ends.previous_start,
        with_ends.last_year_start
    from with_ends
    cross join reporting_window
)

select * from final
