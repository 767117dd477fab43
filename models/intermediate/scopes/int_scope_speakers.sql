{#- quarters and years are summed from months, which may lie before the first month of history -#}
{%- set summed = {
    'week': {'within': 'week', 'of': "'week'"},
    'month': {'within': 'year', 'of': "'month', 'quarter', 'year'"},
} -%}
{%- set member_period = ['period_type', 'period_start', 'scope_type', 'scope_id', 'member_id'] -%}
{%- set sums = add_up_by(
    ['period_type', 'period_start', 'scope_type', 'scope_id', 'messages'],
    value='members',
    upstreams=['int_active_days', 'bridge_date_period'],
) -%}
{%- do counted_anew(sums, member_period, touched_by=[changed_together(
    'int_active_days',
    'bridge_date_period',
    on='one.active_date = other.date',
    columns=[
        'other.period_type', 'other.period_start', 'one.scope_type', 'one.scope_id', 'one.member_id'
    ],
    condition="other.period_type not in ('day', 'all')",
)]) -%}
{%- set active_days = days_counted_anew(
    sums, 'int_active_days', 'active_date', ['scope_type', 'scope_id', 'member_id']
) -%}
with date_periods as (
    select * from {{ in_both_states(sums, 'bridge_date_period', is_small=true) }}
),

-- distinct: a period is of many days
periods as (
    select distinct
        period_type,
        period_start,
        weight
    from date_periods
),

member_weeks_and_months as (
    {% for period_type, days in summed.items() -%}
    select
        '{{ period_type }}' as period_type,
        {{ period_start(period_type, 'active_days.active_date') }} as period_start,
        active_days.scope_type,
        active_days.scope_id,
        active_days.member_id,
        active_days.weight,
        cast(sum(active_days.messages) as bigint) as messages
    from {{ in_both_states(
        sums,
        'int_active_days',
        [period_start(days.within, 'active_date'), 'scope_type', 'scope_id', 'member_id'],
        keys=member_period[1:],
        rows=active_days,
    ) }} as active_days
    where
        (active_days.active_date, active_days.weight) in (
            select
                date_periods.date,
                date_periods.weight
            from date_periods
            where date_periods.period_type in ({{ days.of }})
        )
    group by 1, 2, 3, 4, 5, 6
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor -%}
),

member_periods as (
    select * from member_weeks_and_months

    {% for period_type in ['quarter', 'year'] -%}
    union all

    select
        '{{ period_type }}' as period_type,
        {{ period_start(period_type, 'period_start') }} as period_start,
        scope_type,
        scope_id,
        member_id,
        weight,
        cast(sum(messages) as bigint) as messages
    from member_weeks_and_months
    where period_type = 'month'
    group by 1, 2, 3, 4, 5, 6
    {% endfor -%}
),

final as (
    select
        member_periods.period_type,
        member_periods.period_start,
        member_periods.scope_type,
        member_periods.scope_id,
        member_periods.messages,
        cast(sum(member_periods.weight) as bigint) as members
    from {{ of_counted(sums, 'member_periods') }} as member_periods
    inner join periods
        on
            member_periods.period_type = periods.period_type
            and member_periods.period_start = periods.period_start
            and member_periods.weight = periods.weight
    group by 1, 2, 3, 4, 5
    having sum(member_periods.weight) <> 0
)

select * from final
