"""Expectations with what a reader needs to know about them: a sentence, a place, a severity.

A row condition becomes an expectation of no rows, because Great Expectations has no regular expressions or
casts for DuckDB; it counts rows and never shows them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import great_expectations.expectations as gxe
from great_expectations.expectations.core import ExpectTableRowCountToBeBetween
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity

from orchestration.messages import say

STOP, TELL = FailureSeverity.CRITICAL, FailureSeverity.WARNING


class ExpectNoRows(gxe.UnexpectedRowsExpectation):  # type: ignore[misc]  # it has no types
    """The library's own asks the query a second time, for rows that are never shown."""

    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.row_count",)

    def _validate(
        self, metrics: dict[str, Any], runtime_configuration: Any = None, execution_engine: Any = None
    ) -> dict[str, Any]:
        rows = metrics["unexpected_rows_query.row_count"]
        return {"success": rows == 0, "result": {"observed_value": rows}}


@dataclass(frozen=True)
class Asset:
    """A batch and what is expected of it.

    Attributes:
        name: `<schema>.<table>`, or the name of a query.
        query: SQL of the batch; None for the table that `name` says.
    """

    name: str
    expectations: Sequence[Expectation]
    query: str | None = None


def no_rows(
    check: str, where: str, query: str, severity: FailureSeverity = STOP, origin: str = "", **words: object
) -> Expectation:
    """`query` returns no rows.

    Args:
        check: What holds when it returns none: the message `quality.check.<check>`.
        where: Table, or table and column.
        query: SQL over the relation `batch`, without colons (SQLAlchemy would read them as parameters).
        severity: STOP the publication, or TELL.
        origin: Where a threshold comes from.
        words: Values of the message's placeholders.
    """
    escaped = query.replace("{", "{{").replace("}", "}}")
    return ExpectNoRows(
        unexpected_rows_query=f"with batch as (select * from {{batch}}) {escaped}",
        severity=severity,
        **_said(check, where, origin, **words),
    )


def not_null(table: str, column: str) -> Expectation:
    """Every row knows `column`."""
    return gxe.ExpectColumnValuesToNotBeNull(
        column=column, severity=STOP, **_said("known", f"{table}.{column}", column=column)
    )


def in_set(table: str, column: str, values: Sequence[str]) -> Expectation:
    """Every known value of `column` is one of `values`."""
    return gxe.ExpectColumnValuesToBeInSet(
        column=column,
        value_set=list(values),
        severity=STOP,
        **_said("in_set", f"{table}.{column}", column=column, values=", ".join(values)),
    )


def within_unit_interval(table: str, column: str) -> Expectation:
    """Every known value of `column` lies in [0, 1]."""
    return gxe.ExpectColumnValuesToBeBetween(
        column=column,
        min_value=0,
        max_value=1,
        severity=STOP,
        **_said("unit_interval", f"{table}.{column}", column=column),
    )


def has_rows(check: str, table: str, severity: FailureSeverity) -> Expectation:
    """The table is not empty, for the reason that `quality.check.<check>` gives."""
    return ExpectTableRowCountToBeBetween(min_value=1, severity=severity, **_said(check, table))


def unique(table: str, columns: Sequence[str]) -> Expectation:
    """No two rows agree in `columns`, NULL equal to NULL."""
    names = ", ".join(f'"{column}"' for column in columns)
    return no_rows(
        "unique",
        table,
        f"select {names} from batch group by {names} having count(*) > 1",
        columns=", ".join(columns),
    )


def sql_text(value: str) -> str:
    """A SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def sql_rows(rows: Sequence[Sequence[str]], columns: Sequence[str]) -> str:
    """A derived table of text rows; without rows one that has none."""
    head = ", ".join(columns)
    if not rows:
        nothing = ", ".join(f"cast(null as varchar) as {column}" for column in columns)
        return f"(select {nothing} where false) as listed"
    body = ", ".join("(" + ", ".join(sql_text(value) for value in row) + ")" for row in rows)
    return f"(values {body}) as listed ({head})"


def _said(check: str, where: str, origin: str = "", **words: object) -> dict[str, Any]:
    """Description and meta: what holds, in English and in Chinese, where, and why so much."""
    key = f"quality.check.{check}"
    meta = {"where": where, "zh": say(key, "zh", **words)}
    return {"description": say(key, "en", **words), "meta": meta | ({"origin": origin} if origin else {})}
