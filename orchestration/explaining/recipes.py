"""The recipes: which rows of core make each figure of a mart.

`recipes/<name>.yml` holds one mart each; `recipes/shared.yml` what several of them use. In them:

* `evidence`: named SELECTs on core, seeds (by their file's name) and other evidence. They see `cell`, one row
  with the grain of the chosen row of the mart, the days of its period, `as_of_date`, `history_start_date` and
  dbt's vars.
* `terms`: named aggregates over one evidence; without `from` they are read off `cell`.
* `figures`: for each column that is a metric, how terms make it: an expression, or `divide: [a, b]`.
  `shows` names terms that the reader needs beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "recipes"
SHARED = "shared"


@dataclass(frozen=True)
class Label:
    """A name in both languages."""

    zh: str
    en: str

    def text(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class Evidence:
    """Rows of core that a term counts."""

    name: str
    label: Label
    sql: str


@dataclass(frozen=True)
class Term:
    """A part of a figure: an aggregate over one evidence, or (evidence None) an expression over `cell`."""

    name: str
    label: Label
    evidence: str | None
    sql: str


@dataclass(frozen=True)
class Figure:
    """How a column of a mart is made of terms.

    Attributes:
        column: The column.
        terms: Names of its terms, of a division the numerator and the denominator; then further ones to show.
        sql: The expression over terms and `cell`.
        text: The same for people.
        compared: The column that the expression is compared with; another one than `column` for sentences.
        follows: The mart whose recipe counts the values, for figures about the figures of another mart; the
            column there stands in the cell as `metric_id`.
        base: The period whose value is the base of a change: previous_start or last_year_start.
        over_rows: An aggregate over the mart's rows (`mart`), for metrics that are one number for all rows.
    """

    column: str
    terms: tuple[str, ...] = ()
    sql: str = ""
    text: str = ""
    compared: str = ""
    follows: str | None = None
    base: str | None = None
    over_rows: str | None = None


@dataclass(frozen=True)
class Recipe:
    """How to find and to count again the figures of one mart.

    Attributes:
        mart: Its name.
        grain: The columns that name a row.
        carries: Further columns of a row that its recipe needs.
        period_type: Column of the period's type, None where all periods are of one or rows have none.
        fixed_period: The type of all periods, where there is no column of it.
        period_start: Column of the period's first day, None where rows have no period.
        prefer_first: SQL by which rows are ordered before the newest period is taken, best first.
        prefer: SQL by which rows of one period are ordered, best first.
        evidence: By name, shared ones included.
        terms: By name, shared ones included.
        figures: By column.
    """

    mart: str
    grain: tuple[str, ...]
    carries: tuple[str, ...]
    period_type: str | None
    fixed_period: str | None
    period_start: str | None
    prefer_first: str
    prefer: str
    evidence: dict[str, Evidence] = field(repr=False)
    terms: dict[str, Term] = field(repr=False)
    figures: dict[str, Figure] = field(repr=False)

    @property
    def has_scope(self) -> bool:
        return "scope_type" in self.grain

    def period_type_of(self, relation: str) -> str:
        """SQL of the period's type in rows of `relation`."""
        return f"{relation}.{self.period_type}" if self.period_type else f"'{self.fixed_period}'"


@cache
def load_recipes() -> dict[str, Recipe]:
    """Every mart's recipe, by the mart's name."""
    shared = _document(FOLDER / f"{SHARED}.yml")
    paths = [path for path in sorted(FOLDER.glob("*.yml")) if path.stem != SHARED]
    recipes = [_recipe(_document(path), shared) for path in paths]
    return {recipe.mart: recipe for recipe in recipes}


def names_in(sql: str, names: Iterable[str]) -> list[str]:
    """Those of `names` that stand in `sql` as words, in the order of `names`."""
    words = set(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", sql))
    return [name for name in names if name in words]


def _document(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document


def _recipe(document: dict[str, Any], shared: dict[str, Any]) -> Recipe:
    evidence = {
        name: Evidence(name, Label(entry["zh"], entry["en"]), entry["sql"].strip())
        for name, entry in {**shared["evidence"], **document.get("evidence", {})}.items()
    }
    terms = {
        name: Term(name, Label(entry["zh"], entry["en"]), entry.get("from"), str(entry["is"]))
        for name, entry in {**shared["terms"], **document.get("terms", {})}.items()
    }
    grain = tuple(document["grain"])
    default = {"type": "period_type", "start": "period_start"} if "period_type" in grain else {}
    period = document.get("period", default)
    return Recipe(
        mart=document["mart"],
        grain=grain,
        carries=tuple(document.get("carries", ())),
        period_type=period.get("type"),
        fixed_period=period.get("all"),
        period_start=period.get("start"),
        prefer_first=document.get("prefer_first", ""),
        prefer=document.get("prefer", ""),
        evidence=evidence,
        terms=terms,
        figures={column: _figure(column, entry, terms) for column, entry in document["figures"].items()},
    )


def _figure(column: str, entry: str | dict[str, Any], terms: dict[str, Term]) -> Figure:
    if isinstance(entry, str):
        entry = {"is": entry}
    compared = entry.get("compared", column)
    if "follows" in entry:
        base = entry.get("base")
        text = "value / base - 1" if base else "value"
        return Figure(column, text=text, compared=compared, follows=entry["follows"], base=base)
    sql, text, used = _expression(entry, terms)
    if "unless" in entry:
        sql = f"case when not ({entry['unless']}) then {sql} end"
    shown = [name for name in entry.get("shows", ()) if name not in used]
    return Figure(column, (*used, *shown), sql, text, compared, over_rows=entry.get("over_rows"))


def _expression(entry: dict[str, Any], terms: dict[str, Term]) -> tuple[str, str, tuple[str, ...]]:
    """SQL, text and terms of a figure."""
    if "divide" in entry:
        numerator, denominator = entry["divide"]
        sql = f"cast({numerator} as double) / nullif(cast({denominator} as double), 0)"
        return sql, f"{numerator} / {denominator}", (numerator, denominator)
    sql = " ".join(entry["is"].split())
    return sql, sql, tuple(names_in(sql, terms))
