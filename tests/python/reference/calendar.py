"""Days and periods (R1, R19)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

DAY = timedelta(days=1)
PERIOD_TYPES = ("day", "week", "month", "quarter", "year")


def midnight(day: date) -> datetime:
    """The instant at which `day` begins."""
    return datetime.combine(day, time())


def days(first: date, last: date) -> Iterator[date]:
    """Every day from first to last, both included."""
    while first <= last:
        yield first
        first += DAY


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later.

    Raises:
        ValueError: That month has no such day.
    """
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, day.day)


def period_start(period_type: str, day: date) -> date:
    """First day of the period that holds `day`."""
    if period_type == "week":
        return day - timedelta(days=day.weekday())
    if period_type == "month":
        return day.replace(day=1)
    if period_type == "quarter":
        return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    if period_type == "year":
        return date(day.year, 1, 1)
    return day


def periods_of_day(period_types: Iterable[str], day: date, first: date) -> Iterator[tuple[str, date]]:
    """Type and start of each period of a history from `first` on that holds the day; `all` begins with it."""
    for period_type in period_types:
        start = first if period_type == "all" else period_start(period_type, day)
        if day >= first if period_type == "all" else start >= period_start(period_type, first):
            yield period_type, start


def shift(period_type: str, start: date, count: int) -> date:
    """Start of the period `count` periods later."""
    if period_type == "day":
        return start + count * DAY
    if period_type == "week":
        return start + 7 * count * DAY
    return add_months(start, count * {"month": 1, "quarter": 3, "year": 12}[period_type])


def last_year_start(period_type: str, start: date) -> date | None:
    """The period in the same place one year earlier; 29 February has none."""
    if period_type == "week":
        return start - timedelta(weeks=52)
    try:
        return start.replace(year=start.year - 1)
    except ValueError:
        return None


@dataclass(frozen=True)
class Period:
    """A period of the history; `effective_end` is its last day that is counted."""

    type: str
    start: date
    end: date
    effective_end: date

    @property
    def is_partial(self) -> bool:
        return self.end > self.effective_end

    @property
    def days(self) -> Iterator[date]:
        return days(self.start, self.effective_end)

    def holds(self, day: date) -> bool:
        return self.start <= day <= self.effective_end

    def head(self, scope: tuple[str, str]) -> dict[str, Any]:
        """The grain of a row by period and scope."""
        return {
            "period_type": self.type,
            "period_start": self.start,
            "scope_type": scope[0],
            "scope_id": scope[1],
        }


def periods(period_type: str, first: date, as_of: date) -> list[Period]:
    """The periods that overlap [first, as_of]; type `all` is that very stretch."""
    if period_type == "all":
        return [Period("all", first, as_of, as_of)]
    found = []
    start = period_start(period_type, first)
    while start <= as_of:
        after = shift(period_type, start, 1)
        found.append(Period(period_type, start, after - DAY, min(after - DAY, as_of)))
        start = after
    return found
