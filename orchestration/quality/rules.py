"""Rules with what a reader needs to know about them: a sentence, a place, a severity.

Every rule is a query that finds the rows which break it, because Great Expectations has no regular
expressions or casts for DuckDB; it counts rows and never shows them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import great_expectations.expectations as gxe
from great_expectations.compatibility import pydantic
from great_expectations.expectations.metadata_types import FailureSeverity

from orchestration.messages import LANGUAGES, say

STOP, TELL = FailureSeverity.CRITICAL, FailureSeverity.WARNING


class ExpectNoRows(gxe.UnexpectedRowsExpectation):  # type: ignore[misc]  # it has no types
    """The library's own asks the query a second time, for rows that are never shown."""

    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.row_count",)

    @pydantic.validator("unexpected_rows_query")  # type: ignore[untyped-decorator]
    def _validate_query(cls, query: str) -> str:
        """The library's own warns of a query that names its table itself."""
        return query

    def _validate(
        self, metrics: dict[str, Any], runtime_configuration: Any = None, execution_engine: Any = None
    ) -> dict[str, Any]:
        rows = metrics["unexpected_rows_query.row_count"]
        return {"success": rows == 0, "result": {"observed_value": rows}}


@dataclass(frozen=True)
class Rule:
    """What holds of a table.

    Attributes:
        where: Table, or table and column.
        query: SQL over the relation `batch` that returns a row for each that breaks the rule; without colons
            (SQLAlchemy would read them as parameters).
        severity: STOP the publication, or TELL.
        sentences: What holds, by language.
        origin: Where a threshold comes from.
    """

    where: str
    query: str
    severity: FailureSeverity
    sentences: dict[str, str]
    origin: str

    def expectation(self, relation: str) -> ExpectNoRows:
        """The rule for the rows of a table or query."""
        query = f"with batch as (from {relation}) {self.query}".replace("{", "{{").replace("}", "}}")
        return ExpectNoRows(
            unexpected_rows_query=query,
            severity=self.severity,
            description=f"{self.where}: {self.sentences['en']}",
            meta={"where": self.where, **self.sentences} | ({"origin": self.origin} if self.origin else {}),
        )


@dataclass(frozen=True)
class Asset:
    """A batch of rows and its rules.

    Attributes:
        name: `<schema>.<table>`, or the name of a query.
        rules: What holds of it.
        query: SQL of the batch; None for the table that `name` says.
    """

    name: str
    rules: Sequence[Rule]
    query: str | None = None

    def expectations(self) -> list[ExpectNoRows]:
        """Its rules in Great Expectations' words."""
        relation = self.name if self.query is None else f"({self.query})"
        return [rule.expectation(relation) for rule in self.rules]


def no_rows(
    check: str, where: str, query: str, severity: FailureSeverity = STOP, origin: str = "", **words: object
) -> Rule:
    """The rule that the message `quality.check.<check>` says, with `words` for its placeholders."""
    sentences = {lang: say(f"quality.check.{check}", lang, **words) for lang in LANGUAGES}
    return Rule(where, query, severity, sentences, origin)


def not_null(table: str, column: str) -> Rule:
    """Every row knows `column`."""
    query = f'select 1 from batch where "{column}" is null'
    return no_rows("known", f"{table}.{column}", query, column=column)


def in_set(table: str, column: str, values: Sequence[str]) -> Rule:
    """Every known value of `column` is one of `values`."""
    listed = ", ".join(map(sql_text, values))
    query = f'select 1 from batch where "{column}" not in ({listed})'
    return no_rows("in_set", f"{table}.{column}", query, column=column, values=", ".join(values))


def within_unit_interval(table: str, column: str) -> Rule:
    """Every known value of `column` lies in [0, 1]."""
    query = f'select 1 from batch where "{column}" not between 0 and 1'
    return no_rows("unit_interval", f"{table}.{column}", query, column=column)


def has_rows(check: str, table: str, severity: FailureSeverity) -> Rule:
    """The table is not empty, for the reason that `quality.check.<check>` gives."""
    return no_rows(check, table, "select 1 where not exists (from batch)", severity)


def unique(table: str, columns: Sequence[str]) -> Rule:
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
