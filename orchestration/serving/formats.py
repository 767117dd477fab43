"""Answers of a query as CSV and JSON, written as they come."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable
from typing import Any, TextIO

from orchestration.serving.query import QueryStream

# Spreadsheets run cells that begin so as formulas.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_csv(out: TextIO, columns: list[str], types: list[str], rows: Iterable[list[Any]]) -> None:
    """Write a header and rows; cells of text columns that a spreadsheet would run get a leading `'`."""
    is_text = [not _is_exact(kind) for kind in types]
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(neutralise(name) for name in columns)
    for row in rows:
        writer.writerow(
            neutralise(plain_text(value))
            if text and not isinstance(value, (int, float))
            else plain_text(value)
            for value, text in zip(row, is_text, strict=True)
        )


def write_json(out: TextIO, stream: QueryStream) -> None:
    """Write a JSON array of objects; decimals are numbers, moments text."""
    decimals = [kind.startswith("DECIMAL") for kind in stream.types]
    out.write("[")
    separator = "\n"
    for row in stream.rows:
        values = (json_value(value, exact) for value, exact in zip(row, decimals, strict=True))
        out.write(separator + json.dumps(dict(zip(stream.columns, values, strict=True)), ensure_ascii=False))
        separator = ",\n"
    out.write("\n]\n")


def neutralise(text: str) -> str:
    """`text` with a leading quote where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def plain_text(value: Any) -> str:
    """A cell's text: empty for unknown, true and false in lower case, JSON for lists and structs."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _is_exact(kind: str) -> bool:
    """Whether a column's values are numbers or moments that travel as text."""
    return kind.startswith(("DECIMAL", "DATE", "TIME", "INTERVAL"))


def json_value(value: Any, decimal: bool) -> Any:
    """`value` for JSON: decimals as numbers, and no numbers that JSON does not know."""
    if decimal and isinstance(value, str):
        return float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
