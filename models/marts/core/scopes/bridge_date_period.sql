{%- do slice_by(['date']) -%}
with dates as (
    select * from {{ ref('dim_date') }}
),

periods as (
    select * from {{ ref('dim_period') }}
),

final as (
    select
        dates.date,
        periods.period_type,
        periods.period_start
    from dates
    inner join periods
        on dates.date between periods.period_start and periods.effective_end
)

select * from final
