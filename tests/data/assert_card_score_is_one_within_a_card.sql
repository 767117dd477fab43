-- A card has one score and one missing weight, whatever the metric; the score is a mean of its
-- metrics', but for the last digits and for weights below 0, which nobody forbids.
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
    or (
        min(weight) >= 0
        and (min(card_score) > max(score) + 1e-9 or max(card_score) < min(score) - 1e-9)
    )
