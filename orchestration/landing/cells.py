"""Cells of a spreadsheet to the text that a CSV of the same sheet would hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from orchestration.landing.catalogue import Column, Entity

Cell = int | float | str | bool | date | datetime | time | timedelta
# A spreadsheet keeps 15 digits of a number: of a longer one the last are gone.
FIRST_INEXACT = 10**15
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
DURATIONS = ("minutes", "seconds")
MOMENTS = ("date", "timestamp", "day", "moment")
AMOUNTS = ("money", "number", "int", "fen", "yuan", "count", "decimal", "share", "percent")
WITH_DIGITS = (*DURATIONS, *MOMENTS, *AMOUNTS)


def cell_text(cell: Any) -> str:
    """The text of one cell; a duration or time of day as hours, minutes and seconds."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, float | int):
        return _number_text(cell)
    if isinstance(cell, timedelta):
        fraction = f".{cell.microseconds:06}" if cell.microseconds else ""
        return f"{cell // HOUR}:{cell % HOUR // MINUTE:02}:{cell.seconds % 60:02}{fraction}"
    return str(cell)


def _number_text(cell: float) -> str:
    if cell % 1 == 0:
        return str(int(cell)) if abs(cell) < FIRST_INEXACT else repr(cell)
    return format(Decimal(repr(cell)), "f")


def may_hold(column: Column, text: str, entity: Entity) -> bool:
    """A first sieve: False only where a trimmed text is certainly no value of the column."""
    if not text or text in entity.empty:
        return not column.required
    if column.type == "enum":
        return text in column.values
    return column.type not in WITH_DIGITS or any(map(str.isdigit, text))


def column_texts(cells: Sequence[Any], kinds: set[type]) -> pa.Array:
    """A column of cells as text.

    Args:
        cells: The cells.
        kinds: Their types.
    """
    return pa.array(cells if kinds == {str} else [cell_text(cell) for cell in cells], pa.string())


def fault_of(cell: Any, column: Column) -> str | None:
    """The code of what is wrong with a cell that only a spreadsheet can hold; None: nothing is."""
    if isinstance(cell, time | timedelta):
        return None if column.type in DURATIONS else "E_CELL_DURATION"
    if column.type not in ("id", "text"):
        return None
    if isinstance(cell, date):
        return "E_CELL_DATE" if column.type == "id" else None
    if isinstance(cell, float | int) and not isinstance(cell, bool) and abs(cell) >= FIRST_INEXACT:
        return "E_ID_DESTROYED"
    return None
