-- A card has one score and one missing weight, whatever the metric.
select
    scorecard,
    period_type,
    period_start,
    scope_type,
    scope_id
from {{ ref('mart_kpi_scorecard') }}
group by scorecard, period_type, period_start, scope_type, scope_id
having
    count(distinct coalesce(card_score, -1)) > 1
    or count(distinct missing_weight) > 1
    or min(card_score) > max(score)
    or max(card_score) < min(score)
