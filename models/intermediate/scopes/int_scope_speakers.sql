{%- set sums = add_up_by(
    ['period_type', 'period_start', 'scope_type', 'scope_id', 'messages'],
    values=['members'],
    upstreams=['int_active_days'],
) -%}
with active_days as (
    select * from {{ differences(sums, 'int_active_days') }}
),

-- On the last of somebody's days in a period stands what he has written in it.
final as (
    {% for period_type in ['week', 'month', 'quarter', 'year'] -%}
    {%- set start = period_start(period_type, 'active_date') -%}
    select
        '{{ period_type }}' as period_type,
        {{ start }} as period_start,
        scope_type,
        scope_id,
        messages_in_{{ period_type }} as messages,
        cast(sum(weight) as bigint) as members
    from active_days
    where next_active_date is null or next_active_date >= {{ add_periods(period_type, start, 1) }}
    group by 1, 2, 3, 4, 5
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor -%}
)

select * from final
