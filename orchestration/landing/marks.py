"""Words by which the gate knows what in a workbook is no data: the template writes them, the gate reads."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from orchestration.landing.catalogue import Entity

# With the colon: no id, date or name that people keep begins so.
EXAMPLES = {"zh": "示例：", "en": "Example: "}
TOTALS = ("合计", "总计", "小计", "共计", "total", "subtotal", "grand total")
GUIDE_SHEETS = {"zh": "说明", "en": "Guide"}


def _plain(text: str) -> str:
    """Case and full width do not matter."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


# A first sieve for many rows.
EXAMPLE_WORDS = tuple(mark.rstrip("： :") for mark in EXAMPLES.values())
_EXAMPLES = tuple(_plain(mark) for mark in EXAMPLES.values())
_GUIDE_SHEETS = {_plain(title) for title in GUIDE_SHEETS.values()}


def is_example(first_cell: str) -> bool:
    """Whether a row whose first cell reads so is the example of a template."""
    return _plain(first_cell).startswith(_EXAMPLES)


def is_total(first_cell: str) -> bool:
    """Whether a row whose first filled cell reads so sums up others."""
    return _plain(first_cell).rstrip(": ") in TOTALS


def is_total_row(cells: Mapping[str, str], entity: Entity) -> bool:
    """Whether a row with these cells sums up others.

    Args:
        cells: Text by name, in the table's order.
        entity: What the table holds. People may say 合计 in a chat, but no row of a total has an id and all
            else that every row has.
    """
    first = next((name for name, text in cells.items() if text.strip()), None)
    if first is None or not is_total(cells[first]):
        return False
    return first in entity.key or not all(cells.get(name) for name in entity.required_names)


def is_guide(sheet: str) -> bool:
    """Whether a sheet of this title explains the workbook and holds no rows."""
    return _plain(sheet) in _GUIDE_SHEETS
