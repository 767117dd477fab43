"""Datasets: every mart and the tables that `dashboard.yml` makes of them, in the words of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from orchestration.figures.published import Published
from orchestration.figures.words import Measure, Words
from orchestration.messages import said_under, say
from orchestration.metric_pages import chinese
from orchestration.serving.cells import literal
from orchestration.serving.tables import Said, said_of_tables

Json = dict[str, Any]

TEMPORAL = ("DATE", "TIMESTAMP")
NUMERIC = ("BIGINT", "INTEGER", "HUGEINT", "DOUBLE", "DECIMAL")
# What adds up over rows of which none holds another's, as of people, orders or files.
ADDITIVE = ("count", "memberships", "yuan")
# Where the grain names one of these, rows overlap: a week lies in its month, a group in all.
OVERLAPPING = {"period_type", "scope_type", "model", "interval_number", "step"}
FORMATS = {
    "rate": ".1%",
    "yuan": "$,.2f",
    "ratio": ",.2f",
    "score": ",.1f",
    "days": ",.1f",
    "seconds": ",.0f",
}


@dataclass(frozen=True)
class Dataset:
    """A table for charts.

    Attributes:
        name: In Superset.
        title: Its name for people; empty where it has none.
        description: What a row is.
        schema: Of a published table; empty for one made by `sql`.
        sql: What makes it; empty for a published table.
        columns: (name, DuckDB's type, its words) in order.
        grain: The columns that name a row, where known.
        lang: "en" or "zh".
        labels: Of columns that no model has.
    """

    name: str
    title: str
    description: str
    schema: str
    sql: str
    columns: Sequence[tuple[str, str, Measure]]
    grain: Sequence[str]
    lang: str
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def formats(self) -> dict[str, str]:
        """How numbers are written, by column."""
        return {
            name: FORMATS.get(measure.unit, ",.4~f")
            for name, kind, measure in self.columns
            if kind.startswith(NUMERIC) and name not in self.grain
        }

    def document(self, database_uuid: str, uuid: str, count_label: str) -> Json:
        """The dataset in Superset's export format."""
        return {
            "table_name": self.name,
            "description": "\n\n".join(filter(None, (self.title, self.description))),
            "schema": self.schema or None,
            "sql": self.sql or None,
            "main_dttm_col": None,
            "uuid": uuid,
            "database_uuid": database_uuid,
            "version": "1.0.0",
            "is_managed_externally": True,
            "columns": [self._column(*column) for column in self.columns] + self._columns_of_words(),
            "metrics": [
                {
                    "metric_name": "count",
                    "verbose_name": count_label,
                    "expression": "count(*)",
                    "d3format": ",",
                },
                *(self._metric(name, measure) for name, _, measure in self.columns if name in self.formats),
            ],
        }

    def _column(self, name: str, kind: str, measure: Measure) -> Json:
        return {
            "column_name": name,
            "verbose_name": self.labels.get(name, measure.label),
            "description": measure.definition,
            # Superset cannot filter days of a DATE; as a TIMESTAMP it can, and DuckDB compares them alike.
            "type": "TIMESTAMP" if kind == "DATE" else kind,
            "is_dttm": kind.startswith(TEMPORAL),
            "groupby": True,
            "filterable": True,
        }

    def _columns_of_words(self) -> list[Json]:
        """Beside each column of codes that have words, one of the words."""
        return [
            self._column(f"{name}_word", "VARCHAR", measure) | {"expression": word_of(name, name, self.lang)}
            for name, _, measure in self.columns
            if said_under(f"figures.word.{name}.", self.lang)
        ]

    def _metric(self, name: str, measure: Measure) -> Json:
        is_additive = measure.unit in ADDITIVE and bool(self.grain) and not OVERLAPPING & {*self.grain}
        # A mart's figure is of its period and scope; several rows together have none, so it stays empty.
        expression = f"sum({name})" if is_additive else f"case when count(*) = 1 then max({name}) end"
        return {
            "metric_name": name,
            "verbose_name": measure.label,
            "description": measure.definition,
            "expression": expression,
            "d3format": self.formats[name],
        }


def word_of(kind: str, expression: str, lang: str) -> str:
    """SQL that says a code in words."""
    words = said_under(f"figures.word.{kind}.", lang) | {"unknown": say("figures.word.unknown", lang)}
    cases = " ".join(f"when {literal(code)} then {literal(word)}" for code, word in words.items())
    return f"case {expression} {cases} else {expression} end"


def published_table(published: Published, words: Words, schema: str, name: str) -> Dataset:
    """A table as it is published."""
    said = said_of_tables().get(name, Said())  # none where a version is of other code
    columns = [
        (column, kind, words.measure(column, name))
        for column, kind in _described(published, f"from {schema}.{name}")
    ]
    title = said.label_zh or "" if words.lang == "zh" else ""
    return Dataset(
        name, title, _translated(said.description, words.lang), schema, "", columns, said.grain, words.lang
    )


def made_table(published: Published, words: Words, name: str, spec: Mapping[str, Any]) -> Dataset:
    """A table of `dashboard.yml`."""
    columns = [
        (column, kind, words.measure(column, _home(column, spec["of"])))
        for column, kind in _described(published, spec["sql"])
    ]
    grain = said_of_tables()[spec["of"][0]].grain
    return Dataset(
        name, spec["title"], "", "", spec["sql"], columns, grain, words.lang, spec.get("labels", {})
    )


def _translated(text: str, lang: str) -> str:
    return chinese().get(text, text) if lang == "zh" else text


def _home(column: str, tables: Sequence[str]) -> str:
    """Whose word counts for a column."""
    return next((table for table in tables if column in said_of_tables()[table].labels), tables[0])


def _described(published: Published, sql: str) -> list[tuple[str, str]]:
    frame = published.frame(f"describe {sql}")
    return list(zip(frame["column_name"], frame["column_type"], strict=True))
