"""Which week a report is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from orchestration.errors import EXIT_USAGE, ShequnError
from orchestration.figures import Published
from orchestration.figures.periods import Period, newest_complete, periods

_ISO_WEEK = re.compile(r"(\d{4})-?W(\d{1,2})", re.IGNORECASE)
_WEEKS_KEPT = 10_000  # more than a history has


@dataclass(frozen=True)
class Week:
    """A week that the version has figures of.

    Attributes:
        start: Its Monday.
        is_partial: It is not over by the as-of date.
        as_of: The last day that is counted.
        history_start: The first day that is counted.
    """

    start: date
    is_partial: bool
    as_of: date
    history_start: date

    @property
    def end(self) -> date:
        """Its Sunday."""
        return self.start + timedelta(days=6)

    @property
    def name(self) -> str:
        """Its name by ISO 8601, 2026-W26."""
        return week_name(self.start)

    @property
    def is_newest(self) -> bool:
        """Whether what is known as of now (health, risks) is of this week or the days after it."""
        return self.as_of <= self.end + timedelta(days=7)

    @property
    def begins_before_history(self) -> bool:
        return self.start < self.history_start


def week_name(day: date) -> str:
    """The week that holds a day, by ISO 8601."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def parse_week(text: str) -> date:
    """The Monday of a week that is named (2026-W26) or holds a day (2026-06-24).

    Raises:
        ShequnError: it is neither (exit 2).
    """
    try:
        match = _ISO_WEEK.fullmatch(text.strip())
        if match:
            return date.fromisocalendar(int(match[1]), int(match[2]), 1)
        day = date.fromisoformat(text.strip())
        return day - timedelta(days=day.weekday())
    except (ValueError, OverflowError):
        raise ShequnError("report.bad_week", EXIT_USAGE, value=text) from None


def choose_week(published: Published, wanted: date | None) -> Week:
    """The week that begins on `wanted`, or the newest that is over (the newest of all where none is).

    Raises:
        ShequnError: the version has no figures at all, or none of that week (exit 2).
    """
    found = periods(published, "week", _WEEKS_KEPT)
    newest = newest_complete(found)
    if newest is None:
        raise ShequnError("report.empty", EXIT_USAGE, version=published.version.name)
    manifest = published.version.manifest
    as_of = date.fromisoformat(manifest["as_of_date"])
    if wanted is None:
        chosen: Period | None = newest
    else:
        chosen = next((period for period in found if period.start == wanted), None)
    if chosen is None:
        assert wanted is not None
        raise ShequnError(
            "report.future_week" if wanted > as_of else "report.no_week",
            EXIT_USAGE,
            week=week_name(wanted),
            as_of=as_of,
            first=week_name(found[-1].start),
            newest=week_name(newest.start),
        )
    history_start = date.fromisoformat(manifest["history_start_date"])
    return Week(chosen.start, chosen.is_partial, as_of, history_start)
