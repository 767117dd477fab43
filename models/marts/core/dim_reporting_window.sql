with reporting_window as (
    select * from {{ ref('int_reporting_window') }}
),

final as (
    select
        as_of_date,
        history_start_date,
        '{{ var("business_timezone") }}' as business_timezone
    from reporting_window
)

select * from final
