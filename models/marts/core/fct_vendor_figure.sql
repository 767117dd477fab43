with vendor_figures as (
    select * from {{ ref('int_all_vendor_figures') }}
),

reporting_window as (
    select * from {{ ref('int_reporting_window') }}
),

final as (
    select
        vendor_figures.system,
        vendor_figures.figure_date,
        vendor_figures.scope_type,
        vendor_figures.scope_id,
        vendor_figures.vendor_metric,
        vendor_figures.value,
        cast(vendor_figures.landed_at as date) as landed_date
    from vendor_figures
    inner join reporting_window
        on vendor_figures.figure_date <= reporting_window.as_of_date
)

select * from final
