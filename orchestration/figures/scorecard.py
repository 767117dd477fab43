"""Targets and how far they are reached."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from orchestration.figures.published import Published
from orchestration.figures.scopes import NAMED, Scope

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
    """The scopes of a card, all groups and then the best first, as far as `limit` reaches.

    Columns: scope_type, scope_id, name, card_score, missing_weight, metrics.
    """
    return published.frame(
        f"""
        select
            cards.scope_type, cards.scope_id,
            coalesce(any_value(named.name), cards.scope_id) as name,
            any_value(cards.card_score) as card_score,
            any_value(cards.missing_weight) as missing_weight, count(*) as metrics
        from marts.mart_kpi_scorecard as cards
        left join ({NAMED}) as named
            on cards.scope_type = named.scope_type and cards.scope_id = named.scope_id
        where cards.scorecard = $1 and cards.period_type = $2 and cards.period_start = $3
        group by cards.scope_type, cards.scope_id
        order by
            cards.scope_type = 'all' desc, card_score desc nulls last, cards.scope_type, cards.scope_id
        limit $4
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


def stages(published: Published, weakest: bool = False, limit: int = 15) -> pandas.DataFrame:
    """The strongest groups, or the weakest, by the card of their stage in the newest complete month.

    Columns: group_id, group_name, stage, card_score.
    """
    return published.frame(
        f"""
        select
            cards.group_id, coalesce(any_value(groups.group_name), cards.group_id) as group_name,
            any_value(cards.stage) as stage, any_value(cards.card_score) as card_score
        from marts.mart_stage_scorecard as cards
        left join core.dim_group as groups on cards.group_id = groups.group_id
        where cards.period_start = (
            select max(period_start) from marts.mart_stage_scorecard where not is_partial
        )
        group by cards.group_id
        having any_value(cards.card_score) is not null
        order by card_score {"asc" if weakest else "desc"}, cards.group_id limit $1
        """,
        [limit],
    )
