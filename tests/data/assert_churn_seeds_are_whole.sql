-- A rule or threshold that is missing would never fire, and nobody would know.
with wanted as (
    {%- for rule_id in churn_rule_conditions() %}
    select
        'rule' as kind,
        '{{ rule_id }}' as name
    union all
    {%- endfor %}
    {%- for threshold_id in churn_threshold_ids() %}
    select
        'threshold' as kind,
        '{{ threshold_id }}' as name
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

held as (
    select
        'rule' as kind,
        rule_id as name
    from {{ ref('churn_rules') }}
    union all
    select
        'threshold' as kind,
        threshold_id as name
    from {{ ref('churn_thresholds') }}
)

select
    wanted.kind,
    wanted.name
from wanted
left join held
    on wanted.kind = held.kind and wanted.name = held.name
where held.name is null
