with periods as (
    select * from {{ ref('dim_period') }}
),

scopes as (
    select * from {{ ref('dim_scope') }}
),

final as (
    select
        periods.period_type,
        periods.period_start,
        scopes.scope_type,
        scopes.scope_id,
        periods.period_end,
        periods.effective_end,
        periods.is_partial,
        cast({{ days_between('periods.period_start', 'periods.effective_end') }} + 1 as bigint)
            as days
    from periods
    inner join scopes
        on periods.period_end >= scopes.first_date
    where periods.period_type <> 'all'
)

select * from final
