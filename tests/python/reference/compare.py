"""Expected tables against the tables of a DuckDB file, cell by cell."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from .load import Row
from .tables import NOT_COMPARED, Table

RELATIVE_TOLERANCE = 1e-9
SHOWN = 20


@dataclass(frozen=True)
class Difference:
    """One cell, or one whole row where `column` is None, that does not agree."""

    table: str
    grain: tuple[Any, ...]
    column: str | None
    expected: Any
    actual: Any

    def __str__(self) -> str:
        where = f"{self.table} {self._grain()}"
        if self.column is None:
            return f"{where}: expected {self.expected}, actual {self.actual}"
        return f"{where} {self.column}: expected {self.expected!r}, actual {self.actual!r}"

    def _grain(self) -> str:
        return "(" + ", ".join(str(value) for value in self.grain) + ")"


def compare(table: Table, database: Path) -> list[Difference]:
    """Differences between the expected rows and the published table of the same name."""
    actual = Table(table.schema, table.name, table.grain, table.columns, _fetch(table, database))
    return list(_differences(table.name, table.columns, table.by_grain(), actual.by_grain()))


def report(differences: list[Difference]) -> str:
    """The first differences in readable lines, and how many there are by column."""
    lines = [str(difference) for difference in differences[:SHOWN]]
    if len(differences) > SHOWN:
        counts: dict[str, int] = {}
        for difference in differences:
            name = difference.column or "(rows)"
            counts[name] = counts.get(name, 0) + 1
        lines.append(f"… {len(differences)} differences: {counts}")
    return "\n".join(lines)


def _fetch(table: Table, database: Path) -> list[Row]:
    names = ", ".join(f'"{name}"' for name in table.columns)
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.execute(f"select {names} from {table.schema}.{table.name}").fetchall()
    return [dict(zip(table.columns, values, strict=True)) for values in found]


def _differences(
    name: str, kinds: dict[str, str], expected: dict[tuple[Any, ...], Row], actual: dict[tuple[Any, ...], Row]
) -> Iterable[Difference]:
    for grain in sorted(expected.keys() | actual.keys(), key=lambda key: tuple(str(value) for value in key)):
        if grain not in actual:
            yield Difference(name, grain, None, "a row", "no row")
        elif grain not in expected:
            yield Difference(name, grain, None, "no row", "a row")
        else:
            for column, kind in kinds.items():
                wanted, found = expected[grain][column], actual[grain][column]
                if wanted is not NOT_COMPARED and not same(kind, wanted, found):
                    yield Difference(name, grain, column, wanted, found)


def same(kind: str, expected: Any, actual: Any) -> bool:
    """Whether cells agree: money to the cent, doubles to 1e-9, all else exactly; NULL equals only NULL.

    Of a sentence the names and numbers that it must hold are expected, not its wording.
    """
    if expected is None or actual is None:
        return expected is None and actual is None
    if kind == "sentence":
        return all(_says(actual, part) for part in expected)
    if kind == "money":
        return abs(float(expected) - float(actual)) < 0.01 - 1e-9
    if kind == "double":
        expected, actual = float(expected), float(actual)
        return bool(abs(expected - actual) <= RELATIVE_TOLERANCE * max(1.0, abs(expected)))
    return type(expected) is type(actual) and bool(expected == actual)


def _says(sentence: str, part: str) -> bool:
    """Whether the part stands in the sentence, a number not as a piece of a longer one."""
    before = r"(?<![\d.,])" if part[0].isdigit() else ""
    after = r"(?![.,]?\d)" if part[-1].isdigit() else ""
    return re.search(before + re.escape(part) + after, sentence) is not None
