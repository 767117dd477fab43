"""One cell of an export: text in, typed value out (R20)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from .contract import Column

CENT = Decimal("0.01")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIMESTAMP = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?\s*(Z|z|[+-]\d{2}(?::?\d{2})?)?"
)
_DECIMAL = re.compile(r"-?\d+(\.\d+)?")
_INTEGER = re.compile(r"-?\d+")
_BOOLEANS = {"true": True, "1": True, "是": True, "false": False, "0": False, "否": False}


class BadValueError(ValueError):
    """The text is no value of its column's type."""


def trimmed(text: str) -> str | None:
    """White space around a value (also U+3000) is dropped; what is then empty is unknown."""
    return text.strip() or None


def parse(column: Column, text: str, zone: ZoneInfo) -> Any:
    """The typed value of a trimmed, non-empty text.

    Raises:
        BadValueError: The text does not parse as the column's type or stands outside its enum.
    """
    if column.type == "enum":
        if text not in column.choices:
            raise BadValueError(text)
        return text
    if column.type == "timestamp":
        return _timestamp(text, zone)
    return _PARSERS[column.type](text)


def _timestamp(text: str, zone: ZoneInfo) -> datetime:
    """Business time without offset; a naive value is in business time, a bare date is midnight."""
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        raise BadValueError(text)
    day, hour, minute, second, fraction, offset = match.groups()
    if hour is None and offset is not None:
        raise BadValueError(text)
    try:
        value = datetime.combine(date.fromisoformat(day), datetime.min.time())
        value = value.replace(hour=int(hour or 0), minute=int(minute or 0), second=int(second or 0))
    except ValueError as error:
        raise BadValueError(text) from error
    value += timedelta(microseconds=int((fraction or "0").ljust(6, "0")[:6]))
    if offset is None:
        return value
    shift = timedelta(0)
    if offset not in "Zz":
        digits = offset[1:].replace(":", "")
        shift = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
        shift = -shift if offset[0] == "-" else shift
    return (value - shift).replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).replace(tzinfo=None)


def _date(text: str) -> date:
    if not _DATE.fullmatch(text):
        raise BadValueError(text)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadValueError(text) from error


def _money(text: str) -> Decimal:
    return _number(text).quantize(CENT, ROUND_HALF_UP)


def _number(text: str) -> Decimal:
    if not _DECIMAL.fullmatch(text):
        raise BadValueError(text)
    return Decimal(text)


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise BadValueError(text)
    return int(text)


def _boolean(text: str) -> bool:
    if text.lower() not in _BOOLEANS:
        raise BadValueError(text)
    return _BOOLEANS[text.lower()]


_PARSERS: dict[str, Callable[[str], Any]] = {
    "id": str,
    "text": str,
    "date": _date,
    "money": _money,
    "number": _number,
    "int": _integer,
    "bool": _boolean,
}
