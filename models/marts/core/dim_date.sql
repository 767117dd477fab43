{%- do slice_by(['date']) -%}
with reporting_window as (
    select
        {{ period_start('year', 'history_start_date') }} as first_date,
        as_of_date as last_date
    from {{ ref('int_reporting_window') }}
),

-- the week of the year's first day may begin before the year
spine_bounds as (
    select
        {{ period_start('week', 'first_date') }} as first_date,
        last_date
    from reporting_window
),

dates as (
    {{ date_spine('spine_bounds', 'first_date', 'last_date') }}
),

final as (
    select
        date,
        {{ period_start('week', 'date') }} as week_start,
        {{ period_start('month', 'date') }} as month_start,
        {{ period_start('quarter', 'date') }} as quarter_start,
        {{ period_start('year', 'date') }} as year_start,
        {{ iso_weekday('date') }} as weekday,
        {{ iso_weekday('date') }} >= 6 as is_weekend
    from dates
)

select * from final
