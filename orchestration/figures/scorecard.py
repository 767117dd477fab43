"""Targets and how far they are reached."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from orchestration.figures.published import Published
from orchestration.figures.scopes import Scope

if TYPE_CHECKING:
    import pandas


def cards(published: Published) -> pandas.DataFrame:
    """Which cards there are, the newest first: scorecard, period_type, period_start, scopes."""
    return published.frame(
        """
        select scorecard, period_type, period_start, count(distinct (scope_type, scope_id)) as scopes
        from marts.mart_kpi_scorecard
        group by scorecard, period_type, period_start
        order by period_start desc, scorecard
        """
    )


def card_scores(
    published: Published, scorecard: str, period_type: str, start: date, limit: int = 200
) -> pandas.DataFrame:
    """The scopes of a card, the best first: scope_type, scope_id, card_score, missing_weight, metrics."""
    return published.frame(
        """
        select
            scope_type, scope_id, any_value(card_score) as card_score,
            any_value(missing_weight) as missing_weight, count(*) as metrics
        from marts.mart_kpi_scorecard
        where scorecard = $1 and period_type = $2 and period_start = $3
        group by scope_type, scope_id
        order by card_score desc nulls last, scope_type, scope_id limit $4
        """,
        [scorecard, period_type, start, limit],
    )


def card(
    published: Published, scorecard: str, period_type: str, start: date, scope: Scope
) -> pandas.DataFrame:
    """One card, the heaviest metric first: the columns of `mart_kpi_scorecard`."""
    return published.frame(
        """
        select * from marts.mart_kpi_scorecard
        where scorecard = $1 and period_type = $2 and period_start = $3 and scope_type = $4 and scope_id = $5
        order by weight desc, metric_id
        """,
        [scorecard, period_type, start, scope.type, scope.id],
    )


def stages(published: Published, month: date | None = None, limit: int = 200) -> pandas.DataFrame:
    """Groups by the card of their stage in a month, by default the newest complete one.

    Columns: group_id, group_name, stage, card_score.
    """
    return published.frame(
        """
        select
            cards.group_id, coalesce(any_value(groups.group_name), cards.group_id) as group_name,
            any_value(cards.stage) as stage, any_value(cards.card_score) as card_score
        from marts.mart_stage_scorecard as cards
        left join core.dim_group as groups on cards.group_id = groups.group_id
        where cards.period_start = coalesce(
            $1, (select max(period_start) from marts.mart_stage_scorecard where not is_partial)
        )
        group by cards.group_id
        order by card_score desc nulls last, cards.group_id limit $2
        """,
        [month, limit],
    )
