"""mart_kpi_scorecard and mart_stage_scorecard."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Any

from .calendar import periods
from .load import Row
from .seeds import seed
from .tables import Table, columns, ratio
from .world import Group, World

CARD = ("scorecard", "period_type", "period_start", "scope_type", "scope_id")
MEASURES = "attainment_rate score card_score missing_weight"


def kpi_scorecard(world: World, metric_value: Table) -> Table:
    """One row per target that people set."""
    table = Table(
        "marts",
        "mart_kpi_scorecard",
        (*CARD, "metric_id"),
        columns(
            "text: scorecard period_type; date: period_start; text: scope_type scope_id metric_id;"
            f"double: actual target weight; text: direction; double: {MEASURES}"
        ),
    )
    values = _values(metric_value)
    targets: dict[tuple[Any, ...], Row] = {}
    for row in world.rows["kpi_targets"]:
        found = row if row["scope_type"] != "all" else row | {"scope_id": "all"}
        key = tuple(found[name] for name in table.grain)
        targets.pop(key, None)
        targets[key] = found
    for found in targets.values():
        actual = values.get(tuple(found[name] for name in ("metric_id", *CARD[1:])))
        table.rows.append(
            {name: found[name] for name in table.grain}
            | _scored(
                actual, found["direction"], found["weight"], found["target"], found["low"], found["high"]
            )
        )
    _add_card_scores(table.rows, CARD)
    return table


def stage_scorecard(world: World, metric_value: Table) -> Table:
    """The metrics of its stage for every group that has one, by month of the group's life."""
    table = Table(
        "marts",
        "mart_stage_scorecard",
        ("period_start", "group_id", "metric_id"),
        columns(
            "date: period_start; text: group_id metric_id; bool: is_partial; text: stage;"
            f"double: actual target weight; text: direction; double: {MEASURES}"
        ),
    )
    values = _values(metric_value)
    for group in world.groups.values():
        for month in periods("month", world.history_start, world.as_of):
            if group.stage is None or not _lives_in(group, month.start, month.effective_end):
                continue
            for line in seed("stage_scorecards"):
                if line["stage"] != group.stage:
                    continue
                actual = values.get((line["metric_id"], "month", month.start, "group", group.group_id))
                target, low, high = (_number(line[name]) for name in ("target", "low", "high"))
                table.rows.append(
                    {
                        "group_id": group.group_id,
                        "stage": group.stage,
                        "period_start": month.start,
                        "is_partial": month.is_partial,
                        "metric_id": line["metric_id"],
                    }
                    | _scored(actual, line["direction"], Fraction(line["weight"]), target, low, high)
                )
    _add_card_scores(table.rows, ("group_id", "period_start"))
    return table


def _lives_in(group: Group, first: date, last: date) -> bool:
    """Exists on some day of the stretch; the day of its dissolution is its last."""
    begins, ends = group.exists_from, group.dissolved_date
    return begins is not None and begins <= last and (ends is None or ends >= first)


def _values(metric_value: Table) -> dict[tuple[Any, ...], float]:
    return {key: row["value"] for key, row in metric_value.by_grain().items()}


def _number(text: str) -> Fraction | None:
    return Fraction(text) if text else None


def _scored(actual: float | None, direction: str, weight: Any, target: Any, low: Any, high: Any) -> Row:
    """One line of a card but for what belongs to the whole card."""
    attainment = _attainment(actual, direction, target, low, high)
    top = 1.0 if direction == "band" else 1.2
    return {
        "actual": actual,
        "target": None if target is None else float(target),
        "weight": float(weight),
        "direction": direction,
        "attainment_rate": attainment,
        "score": None if attainment is None else 100 * min(max(attainment, 0.0), top),
    }


def _attainment(actual: float | None, direction: str, target: Any, low: Any, high: Any) -> float | None:
    if actual is None:
        return None
    if direction == "band":
        return _band(actual, low, high)
    if target is None:
        return None
    if direction == "up":
        return ratio(Fraction(actual), target)
    return 1.2 if actual == 0 else float(Fraction(target) / Fraction(actual))


def _band(actual: float, low: Any, high: Any) -> float | None:
    """1 inside; outside less by the distance in widths of the band, which one without width has not."""
    if low is None or high is None:
        return None
    distance = max(float(low) - actual, actual - float(high), 0.0)
    width = float(high) - float(low)
    if distance == 0:
        return 1.0
    return 1 - distance / width if width > 0 else None


def _add_card_scores(rows: Iterable[Row], card: tuple[str, ...]) -> None:
    cards: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        cards[tuple(row[name] for name in card)].append(row)
    for lines in cards.values():
        scored = [line for line in lines if line["score"] is not None]
        weight = sum(Fraction(line["weight"]) for line in scored)
        total = sum(Fraction(line["weight"]) * Fraction(line["score"]) for line in scored)
        missing = sum(Fraction(line["weight"]) for line in lines if line["score"] is None)
        for line in lines:
            line["card_score"] = ratio(total, weight)
            line["missing_weight"] = float(missing)
