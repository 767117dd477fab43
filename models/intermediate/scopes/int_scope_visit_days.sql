{%- set first_in = first_in_periods('date', 'previous_date') -%}
{%- set slice = slice_by(['role', 'scope_type', 'scope_id', 'date'], touched_by=[
    changed_sums(
        'int_visit_days',
        by=['role', 'scope_type', 'scope_id', 'date', 'person_id', 'previous_date', 'page_views'],
        values=['1'],
        columns=['one.role', 'one.scope_type', 'one.scope_id', 'one.date'],
    ),
]) -%}
with visit_days as (
    select * from {{ sliced(slice, 'int_visit_days') }}
),

-- A person counts once in a period: on the first of its days in it.
final as (
    select
        role,
        scope_type,
        scope_id,
        date,
        cast(sum(page_views) as bigint) as page_views,
        {% for flag, value in first_in.items() -%}
        cast(sum({{ value }}) as bigint) as {{ flag }},
        {% endfor -%}
        count(*) as people
    from visit_days
    group by role, scope_type, scope_id, date
)

select * from final
