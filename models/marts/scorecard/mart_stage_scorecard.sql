{%- set card = ['period_start', 'group_id'] -%}
with groups as (
    select * from {{ ref('dim_group') }}
),

months as (
    select * from {{ ref('dim_period') }}
    where period_type = 'month'
),

stage_metrics as (
    select * from {{ ref('stage_scorecards') }}
),

metric_definitions as (
    select * from {{ ref('metric_definitions') }}
),

metric_values as (
    select * from {{ ref('mart_metric_value') }}
    where
        period_type = 'month'
        and scope_type = 'group'
        and metric_id in (select stage_metrics.metric_id from stage_metrics)
),

-- a group is scored while it lives
group_metrics as (
    select
        months.period_start,
        months.is_partial,
        groups.group_id,
        stage_metrics.*,
        metric_definitions.family
    from groups
    inner join stage_metrics on groups.stage = stage_metrics.stage
    inner join metric_definitions on stage_metrics.metric_id = metric_definitions.metric_id
    inner join months
        on
            groups.exists_from_date <= months.effective_end
            and (groups.dissolved_date is null or groups.dissolved_date >= months.period_start)
),

with_actual as (
    select
        group_metrics.*,
        metric_values.value as actual
    from group_metrics
    left join metric_values
        on
            group_metrics.metric_id = metric_values.metric_id
            and group_metrics.period_start = metric_values.period_start
            and group_metrics.group_id = metric_values.scope_id
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
        period_start,
        group_id,
        metric_id,
        is_partial,
        stage,
        family,
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
