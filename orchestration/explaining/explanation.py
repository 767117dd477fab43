"""A figure with its definition, its place, and the rows that it is counted from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from orchestration.errors import EXIT_USAGE, ShequnError
from orchestration.explaining.choosing import Ask, Chosen, Wish, choose_row, find_metric
from orchestration.explaining.recipes import Figure, Label, Recipe, Term, load_recipes
from orchestration.explaining.statements import Cell, Count, Part, count, with_clause
from orchestration.publishing.versions import current_version
from orchestration.serving.query import DEFAULT_MEMORY, DEFAULT_TIMEOUT_SECONDS, QueryResult, run_query
from orchestration.settings import PROJECT_DIR, Settings

DEFAULT_ROWS = 10
MONEY_TOLERANCE = Decimal("0.01")
RATE_TOLERANCE = 1e-9
NOW = Label("本期", "this period")
BASES = {
    "previous_start": Label("上期", "the period before"),
    "last_year_start": Label("去年同期", "a year before"),
}


@dataclass(frozen=True)
class TermValue:
    """A part of the figure with its value."""

    name: str
    label: Label
    value: Any


@dataclass(frozen=True)
class Rows:
    """Rows behind the figure, the first of them."""

    name: str
    label: Label
    total: int
    result: QueryResult


@dataclass(frozen=True)
class Explanation:
    """Everything `shequn explain` says.

    Attributes:
        metric: The catalogue's row.
        chosen: The row of the mart and the figure in it.
        days: The first and last day that count for the row's period, where it has one.
        expression: How terms make the figure.
        terms: The terms' values, counted from the rows; of a division the numerator and the denominator.
        recomputed: The figure counted again.
        agrees: Whether that is what stands in the mart.
        rows: The rows.
        source: The model's file.
        compiled: Its compiled SQL, None where the home has none.
    """

    metric: dict[str, Any]
    chosen: Chosen
    days: tuple[Any, Any] | None
    expression: str
    terms: tuple[TermValue, ...]
    recomputed: Any
    agrees: bool
    rows: tuple[Rows, ...]
    source: Path | None
    compiled: Path | None


def explain(
    settings: Settings, wish: Wish, rows: int | None = DEFAULT_ROWS, ask: Ask | None = None
) -> Explanation:
    """Explain the figure that `wish` names, from the published version.

    Args:
        settings: Names the published version.
        wish: Metric, scope, period and what else names the row.
        rows: How many rows of each evidence to list; None for all.
        ask: Answers statements instead of the query service.

    Raises:
        ShequnError: nothing published, or no such metric, scope or period (exit 2).
    """
    ask = ask or partial(_ask, settings)
    metric = find_metric(ask, wish.metric)
    recipe = load_recipes().get(metric["mart"])
    if recipe is None or metric["column_name"] not in recipe.figures:
        raise ShequnError("explain.E_NO_RECIPE", EXIT_USAGE, metric=metric["metric_id"])
    figure = recipe.figures[metric["column_name"]]
    chosen = choose_row(ask, recipe, figure.column, wish, variables(settings))
    days, cell = _days(ask, recipe, chosen.cell)
    counted = _follow(recipe, figure, cell) if figure.follows else count(recipe, figure, chosen.cell)
    answer = ask(counted.statement)
    values = answer.rows[0]
    recomputed = values[-1]
    source = _source(recipe.mart)
    return Explanation(
        metric=metric,
        chosen=chosen,
        days=days,
        expression=figure.text,
        terms=tuple(
            TermValue(term.name, term.label, value)
            for term, value in zip(counted.terms, values[:-1], strict=True)
        ),
        recomputed=recomputed,
        agrees=agree(chosen.compared, recomputed, chosen.kind),
        rows=tuple(_rows(ask, part, rows) for part in counted.parts),
        source=source,
        compiled=_compiled(settings, source),
    )


def _ask(settings: Settings, sql: str) -> QueryResult:
    return run_query(settings, sql, DEFAULT_MEMORY, DEFAULT_TIMEOUT_SECONDS)


def variables(settings: Settings) -> dict[str, Any]:
    """dbt's vars that are numbers: the project's, with those that the published version was built with."""
    project = yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    version = current_version(settings)
    chosen = {**project, **(version.manifest.get("choices", {}) if version else {})}
    return {name: value for name, value in chosen.items() if isinstance(value, (int, float, list))}


def agree(published: Any, recomputed: Any, kind: str) -> bool:
    """Whether two values are the same: counts and texts equal, money within a cent, rates within 1e-9."""
    if published is None or recomputed is None:
        return published is None and recomputed is None
    try:
        left, right = Decimal(str(published)), Decimal(str(recomputed))
    except InvalidOperation:
        return bool(published == recomputed)
    if isinstance(published, bool) or isinstance(recomputed, bool):
        return bool(published == recomputed)
    if kind.startswith("DECIMAL"):
        return abs(left - right) < MONEY_TOLERANCE
    if kind in ("DOUBLE", "FLOAT"):
        return abs(float(left) - float(right)) <= RATE_TOLERANCE * max(1.0, abs(float(left)))
    return left == right


def _days(ask: Ask, recipe: Recipe, cell: Cell) -> tuple[tuple[Any, Any] | None, Cell]:
    """The days that count for the row's period, and the row with its period's neighbours."""
    if not recipe.period_start:
        return None, cell
    names = [
        "period_type",
        "period_start",
        "effective_end",
        "is_partial",
        "previous_start",
        "last_year_start",
    ]
    answer = ask(f"{with_clause(recipe, cell, [])}\nselect {', '.join(names)} from cell")
    known = dict(zip(names, answer.rows[0], strict=True))
    if known["is_partial"]:
        known.update(previous_start=None, last_year_start=None)
    types = dict(zip(names, answer.types, strict=True))
    wider = Cell({**cell.values, **known}, {**cell.types, **types}, cell.variables)
    return (known["period_start"], known["effective_end"]), wider


def _follow(recipe: Recipe, figure: Figure, cell: Cell) -> Count:
    """Count the figure of another mart that `cell` is about, and the one that it is compared with."""
    inner = load_recipes()[str(figure.follows)]
    column = inner.figures[cell.values["metric_id"]]
    values = {name: cell.values[name] for name in inner.grain}
    now = count(inner, column, Cell(values, cell.types, cell.variables))
    if figure.base is None:
        return now
    start = cell.values[figure.base]
    before = count(inner, column, Cell({**values, "period_start": start}, cell.types, cell.variables))
    label = BASES[figure.base]
    base_sql = f"(select recomputed from (\n{before.statement}\n) as base_count)" if start else "null"
    statement = (
        f"with pair as (select (select recomputed from (\n{now.statement}\n) as own_count) as value,\n"
        f"{base_sql} as base)\n"
        "select value, base, case when base > 0 then value / base - 1 end as recomputed from pair"
    )
    terms = (Term("value", NOW, None, ""), Term("base", label, None, ""))
    parts = [_of(NOW, part) for part in now.parts]
    parts += [_of(label, part) for part in before.parts] if start else []
    return Count(statement, terms, tuple(parts))


def _of(period: Label, part: Part) -> Part:
    """Rows under a heading that says of which period they are."""
    heading = Label(f"{period.zh}：{part.label.zh}", f"{period.en}: {part.label.en}")
    return replace(part, name=f"{part.name}, {period.en}", label=heading)


def _rows(ask: Ask, part: Part, limit: int | None) -> Rows:
    total = ask(f"select count(*) from (\n{part.statement}\n) as part_rows").rows[0][0]
    cut = "" if limit is None else f" limit {limit}"
    listed = ask(f"select * from (\n{part.statement}\n) as part_rows order by all{cut}")
    return Rows(part.name, part.label, total, listed)


def _source(mart: str) -> Path | None:
    return next(iter((PROJECT_DIR / "models").rglob(f"{mart}.sql")), None)


def _compiled(settings: Settings, source: Path | None) -> Path | None:
    if source is None:
        return None
    path = settings.target_dir / "compiled" / "shequn" / source.relative_to(PROJECT_DIR)
    return path if path.is_file() else None
