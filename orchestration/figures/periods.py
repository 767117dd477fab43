"""The periods that a version counts (R1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from orchestration.figures.published import Published

PERIOD_TYPES = ("day", "week", "month", "quarter", "year")


@dataclass(frozen=True)
class Period:
    """A period; `end` is its last day, `is_partial` says that it is not over or began before the history."""

    type: str
    start: date
    end: date
    is_partial: bool


def periods(published: Published, period_type: str, limit: int = 400) -> list[Period]:
    """Periods of a type, the newest first."""
    rows = published.frame(
        """
        select period_start, period_end, is_partial from core.dim_period
        where period_type = $1 order by period_start desc limit $2
        """,
        [period_type, limit],
    )
    return [
        Period(period_type, row.period_start.date(), row.period_end.date(), bool(row.is_partial))
        for row in rows.itertuples()
    ]


def newest_complete(found: list[Period]) -> Period | None:
    """The newest period that is over; the newest of all where none is."""
    return next((period for period in found if not period.is_partial), found[0] if found else None)
