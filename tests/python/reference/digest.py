"""mart_weekly_digest: one line per metric of the seed that has a value in a week."""

from __future__ import annotations

from .load import Row
from .seeds import seed
from .tables import Table, columns, spoken
from .world import UNKNOWN, World


def weekly_digest(world: World, metric_value: Table) -> Table:
    """Scopes all and owner."""
    table = Table(
        "marts",
        "mart_weekly_digest",
        ("week_start", "scope_type", "scope_id", "line_number"),
        columns(
            "date: week_start; text: scope_type scope_id; count: line_number; sentence: headline headline_zh;"
            "text: metric_id; double: value change_rate"
        ),
    )
    names = {row["staff_id"]: row["staff_name"] for row in world.rows["staff"]}
    lines = {line["metric_id"]: line for line in seed("digest_lines")}
    for row in metric_value.rows:
        line = lines.get(row["metric_id"])
        if row["period_type"] != "week" or row["scope_type"] not in ("all", "owner") or line is None:
            continue
        owner, owner_zh = _owner(row, names)
        numbers = (_written(row["value"], line["unit"]), row["period_start"].isoformat(), *_change(row))
        running: tuple[str, ...] = ()
        running_zh: tuple[str, ...] = ()
        if row["is_partial"]:
            running, running_zh = (world.as_of.isoformat(), "not over"), (world.as_of.isoformat(), "尚未结束")
        change_zh = ("环比",) if _change(row) else ()
        table.rows.append(
            {
                "week_start": row["period_start"],
                "scope_type": row["scope_type"],
                "scope_id": row["scope_id"],
                "line_number": int(line["line_number"]),
                "headline": (line["label_en"], *owner, *numbers, *running),
                "headline_zh": (line["label_zh"], *owner_zh, *numbers, *change_zh, *running_zh),
                "metric_id": row["metric_id"],
                "value": row["value"],
                "change_rate": row["previous_change_rate"],
            }
        )
    return table


def _owner(row: Row, names: dict[str, str | None]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Whose groups it is about, in English and in Chinese; nothing of scope all."""
    if row["scope_type"] == "all":
        return (), ()
    if row["scope_id"] == UNKNOWN:
        return ("without an owner",), ("无群主",)
    name = (names.get(row["scope_id"]) or row["scope_id"],)
    return name, name


def _written(value: float, unit: str) -> str:
    if unit == "rate":
        return spoken(100 * value, 1) + "%"
    return spoken(value, 2 if unit == "yuan" else 0)


def _change(row: Row) -> tuple[str, ...]:
    """How much it changed, in words that need no number where nothing did."""
    rate = row["previous_change_rate"]
    written = "0.0%" if rate is None else _written(abs(rate), "rate")
    return () if written == "0.0%" else (written,)
