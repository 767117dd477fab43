"""The SQL that counts a figure again, for one row of a mart."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import yaml

from orchestration.explaining.recipes import Figure, Label, Recipe, Term, names_in
from orchestration.settings import PROJECT_DIR

SEEDS_DIR = PROJECT_DIR / "seeds"


@dataclass(frozen=True)
class Cell:
    """One row of a mart.

    Attributes:
        values: The grain's columns, as the query service carries them.
        types: Their SQL types.
        variables: dbt's vars that are numbers or lists of numbers.
    """

    values: dict[str, Any]
    types: dict[str, str]
    variables: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """Rows behind a figure: a statement that lists them."""

    name: str
    label: Label
    statement: str


@dataclass(frozen=True)
class Count:
    """A figure counted again.

    Attributes:
        statement: Gives one row: the terms, then `recomputed`.
        terms: The terms in the order of the columns.
        parts: The rows behind them.
    """

    statement: str
    terms: tuple[Term, ...]
    parts: tuple[Part, ...]


def literal(value: Any, kind: str | None = None) -> str:
    """`value` as SQL, of the type `kind` where that is given."""
    if value is None:
        text = "null"
    elif isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, (int, float)):
        text = repr(value)
    elif isinstance(value, (list, tuple)):
        text = f"[{', '.join(literal(item) for item in value)}]"
    else:
        text = "'" + str(value).replace("'", "''") + "'"
    return f"cast({text} as {kind})" if kind else text


def count(recipe: Recipe, figure: Figure, cell: Cell) -> Count:
    """How `figure` is counted again for `cell`, out of its own terms."""
    terms = tuple(recipe.terms[name] for name in figure.terms)
    used = list(dict.fromkeys(term.evidence for term in terms if term.evidence))
    columns = [f"({_term_sql(term)}) as {term.name}" for term in terms]
    head = with_clause(recipe, cell, [figure.sql, *(term.sql for term in terms), *used])
    statement = (
        f"{head},\nterms as (\nselect {', '.join(columns) or 'null as nothing'}\n)\n"
        f"select {''.join(f'terms.{term.name}, ' for term in terms)}{figure.sql} as recomputed\n"
        "from terms cross join cell"
    )
    parts = tuple(
        Part(name, recipe.evidence[name].label, f"{with_clause(recipe, cell, [name])}\nselect * from {name}")
        for name in used
    )
    return Count(statement, terms, parts)


def _term_sql(term: Term) -> str:
    return f"select {term.sql} from {term.evidence or 'cell'}"


def with_clause(recipe: Recipe, cell: Cell, texts: list[str]) -> str:
    """`with …`: the cell, and every evidence and seed that `texts` name, those they need first."""
    tables = _needed(recipe, texts)
    parts = [f"place as (\nselect {_place(cell)}\n)", f"cell as (\n{_cell_sql(recipe, cell)}\n)"]
    parts += [f"{name} as (\n{sql}\n)" for name, sql in tables.items()]
    return "with " + ",\n".join(parts)


def _place(cell: Cell) -> str:
    columns = [f"{literal(value, cell.types[name])} as {name}" for name, value in cell.values.items()]
    return ", ".join(columns) or "null as nowhere"


def _cell_sql(recipe: Recipe, cell: Cell) -> str:
    columns = ["place.*", "reporting.as_of_date", "reporting.history_start_date"]
    columns += [f"{literal(value)} as {name}" for name, value in cell.variables.items()]
    joins = "from place cross join core.dim_reporting_window as reporting"
    if recipe.period_start:
        named = ["period_end", "effective_end", "is_partial", "previous_start", "last_year_start"]
        named += [name for name in ("period_type", "period_start") if name not in recipe.grain]
        columns += [f"periods.{name}" for name in named]
        joins += (
            f"\nleft join core.dim_period as periods"
            f" on periods.period_type = {recipe.period_type_of('place')}"
            f" and periods.period_start = place.{recipe.period_start}"
        )
    return f"select {', '.join(columns)}\n{joins}"


def _needed(recipe: Recipe, texts: list[str]) -> dict[str, str]:
    """Name and SQL of what `texts` name, in an order in which each finds what it names."""
    found: dict[str, str] = {}
    begun: set[str] = set()

    def visit(name: str) -> None:
        if name in begun:
            return
        begun.add(name)
        sql = recipe.evidence[name].sql if name in recipe.evidence else seed_sql(name)
        for other in names_in(sql, known):
            visit(other)
        found[name] = sql

    known = [*recipe.evidence, *(name for name in seed_files() if name not in recipe.evidence)]
    for text in texts:
        for name in names_in(text, known):
            visit(name)
    return found


@cache
def seed_files() -> tuple[str, ...]:
    """Names of the project's seeds."""
    return tuple(sorted(path.stem for path in SEEDS_DIR.glob("*.csv")))


@cache
def seed_sql(name: str) -> str:
    """A seed as a SELECT, its columns of the types that the seed's YAML gives them."""
    with (SEEDS_DIR / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        header, *rows = list(csv.reader(stream))
    types = _seed_types()[name]
    columns = ", ".join(f"cast({column} as {types[column]}) as {column}" for column in header)
    lines = ",\n".join(f"({', '.join(literal(cell or None) for cell in row)})" for row in rows)
    return f"select {columns} from (values\n{lines}) as seed_rows ({', '.join(header)})"


@cache
def _seed_types() -> dict[str, dict[str, str]]:
    documents = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in SEEDS_DIR.glob("*.yml")]
    return {
        seed["name"]: seed["config"]["column_types"]
        for document in documents
        for seed in document.get("seeds", [])
    }
