{%- set slice = slice_by(['period_type', 'period_start', 'scope_type', 'scope_id'], touched_by=[
    changed_together(
        'dim_period',
        'dim_scope',
        on='one.period_end >= other.first_date',
        columns=['one.period_type', 'one.period_start', 'other.scope_type', 'other.scope_id'],
    ),
]) -%}
with periods as (
    select * from {{ sliced(slice, 'dim_period', keys=['period_type', 'period_start']) }}
),

scopes as (
    select * from {{ sliced(slice, 'dim_scope', keys=['scope_type', 'scope_id']) }}
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

select * from {{ touched_rows(slice, 'final') }}
