"""How vendors spell values: JSON, times, money."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from itertools import islice
from typing import Any, TypeVar

_SHANGHAI = timezone(timedelta(hours=8))
_T = TypeVar("_T")


def json_line(value: Any) -> str:
    """Compact JSON and a line end."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


def unix_seconds(moment: datetime) -> int:
    """Seconds since 1970 of a moment in Shanghai."""
    return int(moment.replace(tzinfo=_SHANGHAI).astimezone(UTC).timestamp())


def midnight_seconds(day: date) -> int:
    """Seconds since 1970 of the day's beginning in Shanghai."""
    return unix_seconds(datetime.combine(day, time()))


def unix_millis(moment: datetime) -> int:
    """Milliseconds since 1970 of a moment in Shanghai."""
    return unix_seconds(moment) * 1000


def fen(amount: Decimal) -> int:
    """Yuan as whole 分."""
    return int(amount * 100)


def pages(rows: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """The rows, `size` at a time."""
    left = iter(rows)
    while page := list(islice(left, size)):
        yield page


def shuffled(rows: list[_T], purpose: str) -> list[_T]:
    """The rows in an order that only their number and `purpose` decide."""
    keys = [hashlib.sha256(f"{purpose}{place}".encode()).digest() for place in range(len(rows))]
    return [rows[place] for place in sorted(range(len(rows)), key=keys.__getitem__)]
