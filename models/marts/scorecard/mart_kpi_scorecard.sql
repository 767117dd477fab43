{%- set card = ['scorecard', 'period_type', 'period_start', 'scope_type', 'scope_id'] -%}
with targets as (
    select * from {{ ref('fct_kpi_target') }}
),

metric_values as (
    select * from {{ ref('mart_metric_value') }}
),

with_actual as (
    select
        targets.*,
        metric_values.value as actual
    from targets
    left join metric_values
        on
            targets.metric_id = metric_values.metric_id
            and {{ same_scope_period('targets', 'metric_values') | indent(12) }}
),

with_attainment as (
    select
        *,
        {{ attainment('with_actual') | indent(8) }} as attainment_rate
    from with_actual
),

scored as (
    select
        *,
        {{ attainment_score('with_attainment') | indent(8) }} as score
    from with_attainment
),

final as (
    select
        scorecard,
        period_type,
        period_start,
        scope_type,
        scope_id,
        metric_id,
        actual,
        target,
        weight,
        direction,
        cast(attainment_rate as double) as attainment_rate,
        cast(score as double) as score,
        {{ card_score(card) | indent(8) }} as card_score,
        {{ missing_weight(card) | indent(8) }} as missing_weight,
        low,
        high
    from scored
)

select * from final
