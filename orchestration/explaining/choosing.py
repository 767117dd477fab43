"""Which metric, and which row of its mart, somebody means."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from orchestration.errors import EXIT_USAGE, ShequnError
from orchestration.explaining.recipes import Recipe, load_recipes
from orchestration.explaining.statements import Cell, literal
from orchestration.serving.query import QueryResult

# Asks the published version; takes one reading statement.
Ask = Callable[[str], QueryResult]

NEAREST = 6
PERIOD_TYPES = ("day", "week", "month", "quarter", "year", "all")
_STARTS = {
    r"\d{4}": "{0}-01-01",
    r"\d{4}-\d{2}": "{0}-01",
    r"\d{4}-\d{2}-\d{2}": "{0}",
}
_QUARTER = re.compile(r"(\d{4})-?[Qq]([1-4])")


@dataclass(frozen=True)
class Wish:
    """What somebody asked for.

    Attributes:
        metric: A metric's id or name in either language, or `mart.column`.
        scope: `TYPE:ID`, or None for all groups.
        period: `TYPE:START` or `TYPE`, or None for the newest complete month.
        where: Further `column=value` pairs over the grain.
    """

    metric: str
    scope: str | None = None
    period: str | None = None
    where: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chosen:
    """One row of a mart.

    Attributes:
        cell: Its grain.
        figure: The metric's value in it.
        compared: The value that the recipe counts again; the figure, but for sentences.
        kind: SQL type of `compared`.
        matches: How many rows the wish left to choose from.
    """

    cell: Cell
    figure: Any
    compared: Any
    kind: str
    matches: int


def find_metric(ask: Ask, text: str) -> dict[str, Any]:
    """The catalogue's row that `text` names; for `mart.column` outside the catalogue a row with these two.

    Raises:
        ShequnError: no such metric; names the nearest (exit 2).
    """
    answer = ask("select * from metric_catalog order by metric_id")
    metrics = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    wanted = _folded(text)
    for name in ("metric_id", "label_zh", "label_en"):
        for metric in metrics:
            if _folded(metric[name]) == wanted:
                return metric
    mart, _, column = text.strip().rpartition(".")
    for metric in metrics:
        if (metric["mart"], metric["column_name"]) == (mart, column):
            return metric
    recipe = load_recipes().get(mart)
    if recipe and column in recipe.figures:
        return {"metric_id": text.strip(), "mart": mart, "column_name": column}
    names = [metric[name] for metric in metrics for name in ("label_zh", "metric_id", "label_en")]
    raise ShequnError("explain.E_METRIC", EXIT_USAGE, metric=text, nearest=_nearest(text, names))


def _folded(text: str) -> str:
    table = str.maketrans("（）", "()")
    return re.sub(r"[\s_-]+", " ", text.translate(table)).strip().casefold()


def _nearest(text: str, names: Iterable[str], joined: str = ", ") -> str:
    """The names most like `text`: those that hold it or are held by it first."""
    known = list(dict.fromkeys(names))
    wanted = _folded(text)
    holding = [name for name in known if wanted and (wanted in _folded(name) or _folded(name) in wanted)]
    similar = difflib.get_close_matches(text, known, n=NEAREST, cutoff=0.3)
    return joined.join(list(dict.fromkeys([*holding, *similar]))[:NEAREST]) or joined.join(known[:NEAREST])


def choose_row(ask: Ask, recipe: Recipe, column: str, wish: Wish, variables: dict[str, Any]) -> Chosen:
    """The row of the mart that fits the wish best.

    All groups come first, then complete months, then a known figure, then the newest month.

    Raises:
        ShequnError: the wish names what the mart does not have (exit 2).
    """
    conditions = _conditions(recipe, wish)
    figure = recipe.figures[column]
    if figure.over_rows:
        answer = ask(f"select {figure.over_rows} from marts.{recipe.mart} as mart")
        value = answer.rows[0][0]
        return Chosen(Cell({}, {}, variables), value, value, answer.types[0], 1)
    compared = figure.compared
    answer = ask(_choice_sql(recipe, column, compared, conditions))
    if not answer.rows:
        raise _nothing(ask, recipe, wish, conditions)
    row = answer.rows[0]
    names = [*recipe.grain, *recipe.carries]
    where = " and ".join(conditions.values()) or "true"
    matches = ask(f"select count(*) from marts.{recipe.mart} as mart where {where}").rows[0][0]
    cell = Cell(dict(zip(names, row, strict=False)), dict(zip(names, answer.types, strict=False)), variables)
    return Chosen(cell, row[-2], row[-1], answer.types[-1], matches)


def _choice_sql(recipe: Recipe, column: str, compared: str, conditions: dict[str, str]) -> str:
    names = [f"mart.{name}" for name in (*recipe.grain, *recipe.carries)]
    order = []
    source = f"marts.{recipe.mart} as mart"
    if recipe.has_scope:
        order.append("mart.scope_type <> 'all'")
    if recipe.period_start:
        kind = recipe.period_type_of("mart")
        source += (
            f"\nleft join core.dim_period as periods on periods.period_type = {kind}"
            f" and periods.period_start = mart.{recipe.period_start}"
        )
        order += [f"{kind} <> 'month'", "coalesce(periods.is_partial, false)"]
    order.append(f"mart.{column} is null")
    if recipe.prefer_first:
        order.append(recipe.prefer_first)
    if recipe.period_start:
        order.append(f"mart.{recipe.period_start} desc")
    if recipe.prefer:
        order.append(recipe.prefer)
    return (
        f"select {', '.join(names)}, mart.{column} as figure, mart.{compared} as compared\n"
        f"from {source}\n"
        f"where {' and '.join(conditions.values()) or 'true'}\n"
        f"order by {', '.join([*order, *names])}\nlimit 1"
    )


def _conditions(recipe: Recipe, wish: Wish) -> dict[str, str]:
    """SQL over `mart` by what it is about: scope, period, or a column."""
    found: dict[str, str] = {}
    if wish.scope:
        found["scope"] = _scope_condition(recipe, wish.scope)
    if wish.period:
        found["period"] = _period_condition(recipe, wish.period)
    for pair in wish.where:
        name, equals, value = pair.partition("=")
        if not equals or name.strip() not in recipe.grain:
            raise ShequnError("explain.E_WHERE", EXIT_USAGE, pair=pair, columns=", ".join(recipe.grain))
        found[name.strip()] = f"cast(mart.{name.strip()} as varchar) = {literal(value.strip())}"
    return found


def _scope_condition(recipe: Recipe, text: str) -> str:
    if not recipe.has_scope:
        raise ShequnError(
            "explain.E_NO_SCOPES", EXIT_USAGE, mart=recipe.mart, columns=", ".join(recipe.grain)
        )
    scope_type, colon, scope_id = text.partition(":")
    condition = f"mart.scope_type = {literal(scope_type.strip())}"
    return f"{condition} and mart.scope_id = {literal(scope_id.strip())}" if colon else condition


def _period_condition(recipe: Recipe, text: str) -> str:
    if not recipe.period_start:
        raise ShequnError(
            "explain.E_NO_PERIODS", EXIT_USAGE, mart=recipe.mart, columns=", ".join(recipe.grain)
        )
    kind, colon, start = (part.strip() for part in text.partition(":"))
    condition = f"{recipe.period_type_of('mart')} = {literal(kind)}"
    if not colon or kind == "all":
        return condition
    first = _first_day(kind, start)
    if first is None:
        raise ShequnError("explain.E_PERIOD_FORM", EXIT_USAGE, period=text)
    return f"{condition} and mart.{recipe.period_start} = date_trunc('{kind}', date '{first}')"


def _first_day(kind: str, start: str) -> str | None:
    """A day of the period, as `YYYY-MM-DD`; None where `kind:start` is no period."""
    if kind not in PERIOD_TYPES:
        return None
    if quarter := _QUARTER.fullmatch(start):
        return f"{quarter[1]}-{3 * int(quarter[2]) - 2:02d}-01"
    forms = (form.format(start) for pattern, form in _STARTS.items() if re.fullmatch(pattern, start))
    try:
        return date.fromisoformat(next(forms, "")).isoformat()
    except ValueError:
        return None


def _nothing(ask: Ask, recipe: Recipe, wish: Wish, conditions: dict[str, str]) -> ShequnError:
    """Why the wish finds no row: its first part that finds none by itself, with the nearest there are."""
    if not ask(f"select 1 from marts.{recipe.mart} limit 1").rows:
        return ShequnError("explain.E_EMPTY", EXIT_USAGE, mart=recipe.mart)
    for about, condition in conditions.items():
        if ask(f"select 1 from marts.{recipe.mart} as mart where {condition} limit 1").rows:
            continue
        if about == "scope":
            names = _listed(ask, recipe, "scope_type || ':' || scope_id")
            nearest = _nearest(wish.scope or "", names)
            return ShequnError("explain.E_SCOPE", EXIT_USAGE, scope=wish.scope, nearest=nearest)
        if about == "period":
            kind = recipe.period_type_of("mart")
            names = _listed(ask, recipe, f"{kind} || ':' || {recipe.period_start}")
            nearest = _nearest(wish.period or "", reversed(names))
            return ShequnError("explain.E_PERIOD", EXIT_USAGE, period=wish.period, nearest=nearest)
        pair = next(pair for pair in wish.where if pair.partition("=")[0].strip() == about)
        names = [f"{about}={name}" for name in _listed(ask, recipe, f"cast(mart.{about} as varchar)")]
        return ShequnError("explain.E_VALUE", EXIT_USAGE, pair=pair, nearest=_nearest(pair, names))
    return ShequnError("explain.E_NO_ROW", EXIT_USAGE, mart=recipe.mart)


def _listed(ask: Ask, recipe: Recipe, expression: str) -> list[str]:
    answer = ask(
        f"select distinct {expression} as name from marts.{recipe.mart} as mart order by name limit 100000"
    )
    return [row[0] for row in answer.rows if row[0] is not None]
