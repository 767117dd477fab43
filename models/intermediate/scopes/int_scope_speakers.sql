{#- quarters and years are summed from months -#}
{%- set summed = {'week': 'week', 'month': 'year'} -%}
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
with date_periods as (
    select * from {{ in_both_states(sums, 'bridge_date_period', is_small=true) }}
),

member_weeks_and_months as (
    {% for period_type, within in summed.items() -%}
    select
        date_periods.period_type,
        date_periods.period_start,
        active_days.scope_type,
        active_days.scope_id,
        active_days.member_id,
        active_days.weight,
        cast(sum(active_days.messages) as bigint) as messages
    from {{ in_both_states(
        sums,
        'int_active_days',
        [period_start(within, 'active_date'), 'scope_type', 'scope_id', 'member_id'],
        keys=member_period[1:],
    ) }} as active_days
    inner join date_periods
        on
            active_days.active_date = date_periods.date
            and active_days.weight = date_periods.weight
    where date_periods.period_type = '{{ period_type }}'
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
        period_type,
        period_start,
        scope_type,
        scope_id,
        messages,
        cast(sum(weight) as bigint) as members
    from {{ of_counted(sums, 'member_periods') }}
    group by 1, 2, 3, 4, 5
    having sum(weight) <> 0
)

select * from final
