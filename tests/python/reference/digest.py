"""mart_weekly_digest: one line per metric of the seed that has a value in a week."""

from __future__ import annotations

from typing import Any

from .load import Row
from .seeds import seed
from .tables import Table, columns
from .world import World


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
        name = () if row["scope_type"] == "all" else (names.get(row["scope_id"]) or row["scope_id"],)
        numbers = (*name, _written(row["value"], line["unit"]), *_change(row))
        table.rows.append(
            {
                "week_start": row["period_start"],
                "scope_type": row["scope_type"],
                "scope_id": row["scope_id"],
                "line_number": int(line["line_number"]),
                "headline": (line["label_en"], *numbers),
                "headline_zh": (line["label_zh"], *numbers, *(("环比",) if _change(row) else ())),
                "metric_id": row["metric_id"],
                "value": row["value"],
                "change_rate": row["previous_change_rate"],
            }
        )
    return table


def _written(value: Any, unit: str) -> str:
    if unit == "rate":
        return f"{100 * value:.1f}%"
    return f"{value:,.2f}" if unit == "yuan" else f"{value:,.0f}"


def _change(row: Row) -> tuple[str, ...]:
    """How much it changed, in words that need no number where nothing did."""
    rate = row["previous_change_rate"]
    written = "0.0%" if rate is None else f"{100 * abs(rate):.1f}%"
    return () if written == "0.0%" else (written,)
