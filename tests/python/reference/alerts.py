"""mart_alert: unbroken runs of days, weeks or landings on which something is wrong (docs/scores.md)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from .calendar import DAY, days, periods
from .load import Row
from .seeds import seed
from .tables import Table, columns, spoken
from .world import UNKNOWN, World

Parts = tuple[str, ...]
Scope = tuple[str, str]


@dataclass(frozen=True)
class Wrong:
    """A day, week or landing on which the condition holds.

    Attributes:
        worst: How bad; the greatest of a run is its worst, the earliest among equals.
        is_critical: Enough to make its run critical.
        says: What the sentence must hold, in English and in Chinese, if this is the worst.
    """

    worst: Any
    is_critical: bool
    says: tuple[Parts, Parts]


@dataclass(frozen=True)
class Calendar:
    """The steps on which a condition is looked at, in order, and the date that each bears."""

    steps: Sequence[date]
    bears: Callable[[date], date]


def alert(world: World, kpi: Table, exit_anomaly: Table, staff_service: Table, data_quality: Table) -> Table:
    """Every alert of the history; the grain is what alert_id is made of."""
    table = Table(
        "marts",
        "mart_alert",
        ("alert_kind", "scope_type", "scope_id", "occurred_on"),
        columns(
            "text: alert_kind scope_type scope_id; date: occurred_on; text: severity status; date: closed_on;"
            "sentence: message message_zh"
        ),
    )
    by_day = Calendar(list(days(world.history_start, world.as_of)), lambda day: day)
    weeks = [week.start for week in periods("week", world.history_start, world.as_of) if not week.is_partial]
    by_week = Calendar(weeks, lambda start: start + 6 * DAY)
    for scope, wrong in _mass_exits(world, exit_anomaly).items():
        table.rows.extend(_alerts("mass_exit", scope, wrong, by_day, "warning"))
    for scope, wrong in _active_drops(world, kpi, weeks).items():
        table.rows.extend(_alerts("active_drop", scope, wrong, by_week, "warning"))
    for scope, wrong in _sla_breaches(world, staff_service).items():
        table.rows.extend(_alerts("sla_breach", scope, wrong, by_week, "warning"))
    for scope, wrong in _zombies(world, kpi).items():
        table.rows.extend(_alerts("zombie_group", scope, wrong, by_day, "warning"))
    table.rows.extend(_landing_alerts(data_quality))
    return table


def _alerts(
    kind: str, scope: Scope, wrong: dict[date, Wrong], calendar: Calendar, mild: str
) -> Iterator[Row]:
    """One alert per run of neighbouring steps."""
    run: list[date] = []
    for step in calendar.steps:
        if step in wrong:
            run.append(step)
        elif run:
            yield _alert(kind, scope, wrong, run, calendar, mild, closed_on=calendar.bears(step))
            run = []
    if run:
        yield _alert(kind, scope, wrong, run, calendar, mild, closed_on=None)


def _alert(
    kind: str,
    scope: Scope,
    wrong: dict[date, Wrong],
    run: list[date],
    calendar: Calendar,
    mild: str,
    closed_on: date | None,
) -> Row:
    worst = wrong[max(run, key=lambda step: (wrong[step].worst, -step.toordinal()))]
    return {
        "alert_kind": kind,
        "scope_type": scope[0],
        "scope_id": scope[1],
        "occurred_on": calendar.bears(run[0]),
        "severity": "critical" if any(wrong[step].is_critical for step in run) else mild,
        "status": "open" if closed_on is None else "closed",
        "closed_on": closed_on,
        "message": worst.says[0],
        "message_zh": worst.says[1],
    }


def _group_name(world: World, group_id: str) -> str:
    return world.groups[group_id].group_name or group_id


def _mass_exits(world: World, exit_anomaly: Table) -> dict[Scope, dict[date, Wrong]]:
    found: dict[Scope, dict[date, Wrong]] = defaultdict(dict)
    for row in exit_anomaly.rows:
        if not row["is_anomaly"]:
            continue
        group_id, day, leaves = row["group_id"], row["date"], row["leaves"]
        gone = [
            span
            for span in world.spans
            if span.group_id == group_id and span.is_left and span.end_date == day
        ]
        hours = Counter(span.ended_at.hour for span in gone if span.ended_at)
        hour = min(hours, key=lambda found: (-hours[found], found))
        scenes = Counter((span.join or {}).get("scene") for span in gone)
        usual = Fraction(row["baseline_median"])
        numbers = (
            _group_name(world, group_id),
            day.isoformat(),
            spoken(leaves, 0),
            spoken(float(usual), 0 if usual.denominator == 1 else 1),
            *(spoken(count, 0) for count in scenes.values()),
            spoken(row["touches_before"], 0),
        )
        says = (
            (*numbers, f"{hour:02}:00", *_scenes(scenes, "en")),
            (*numbers, f"{hour} 点", *_scenes(scenes, "zh")),
        )
        found["group", group_id][day] = Wrong(leaves, leaves >= 20, says)
    return found


def _scenes(scenes: Iterable[str | None], language: str) -> Iterator[str]:
    """The names of the ways of joining; one that the seed does not know stands as it is."""
    labels = {row["scene"]: row[f"label_{language}"] for row in seed("join_scenes")}
    for scene in scenes:
        yield labels.get(scene or UNKNOWN) or scene or UNKNOWN


def _active_drops(world: World, kpi: Table, weeks: list[date]) -> dict[Scope, dict[date, Wrong]]:
    active = {
        (row["scope_type"], row["scope_id"], row["period_start"]): row["active_members"]
        for row in kpi.rows
        if row["period_type"] == "week" and row["scope_type"] in ("all", "group") and not row["is_partial"]
    }
    found: dict[Scope, dict[date, Wrong]] = defaultdict(dict)
    for (scope_type, scope_id, week), members in active.items():
        if scope_type == "group":
            dissolved = world.groups[scope_id].dissolved_date
            if dissolved is not None and dissolved <= week + 6 * DAY:
                continue
        before = [
            active.get((scope_type, scope_id, week - timedelta(weeks=number))) for number in range(1, 5)
        ]
        if any(count is None for count in before):
            continue
        mean = Fraction(sum(count or 0 for count in before), 4)
        if mean < 5 or members >= Fraction(6, 10) * mean:
            continue
        share = Fraction(members) / mean
        name = (_group_name(world, scope_id),) if scope_type == "group" else ()
        numbers = (*name, spoken(members, 0), week.isoformat())
        found[scope_type, scope_id][week] = Wrong(-share, share < Fraction(3, 10), (numbers, numbers))
    return found


def _sla_breaches(world: World, staff_service: Table) -> dict[Scope, dict[date, Wrong]]:
    names = {row["staff_id"]: row["staff_name"] for row in world.rows["staff"]}
    found: dict[Scope, dict[date, Wrong]] = defaultdict(dict)
    for row in staff_service.rows:
        week, rate = row["period_start"], row["within_sla_rate"]
        is_complete = row["period_type"] == "week" and week + 6 * DAY <= world.as_of
        if not is_complete or row["turns"] < 5 or rate >= 0.8:
            continue
        staff_id = row["staff_id"]
        numbers = (names.get(staff_id) or staff_id, spoken(row["turns"], 0), week.isoformat())
        found["owner", staff_id][week] = Wrong(-rate, rate < 0.5, (numbers, numbers))
    return found


def _zombies(world: World, kpi: Table) -> dict[Scope, dict[date, Wrong]]:
    found: dict[Scope, dict[date, Wrong]] = defaultdict(dict)
    for row in kpi.rows:
        if row["period_type"] == "day" and row["scope_type"] == "group" and row["zombie_groups"]:
            name = _group_name(world, row["scope_id"])
            says = (name, row["period_start"].isoformat(), "14")
            found["group", row["scope_id"]][row["period_start"]] = Wrong(0, False, (says, says))
    return found


def _landing_alerts(data_quality: Table) -> Iterator[Row]:
    """Late and rejected rows, by landing date of an entity."""
    landings: dict[Scope, dict[date, Row]] = defaultdict(dict)
    for row in data_quality.rows:
        landings["entity", f"{row['system']}/{row['entity']}"][row["landed_date"]] = row
    for scope, by_date in landings.items():
        calendar = Calendar(sorted(by_date), lambda day: day)
        for kind, column, mild in (
            ("data_late", "rows_late", "info"),
            ("quality_failed", "rows_open", "warning"),
        ):
            wrong = {}
            for landed, row in by_date.items():
                rows = row[column]
                if rows:
                    share = Fraction(rows, row["rows_read"])
                    numbers = (scope[1].partition("/")[2], spoken(rows, 0), landed.isoformat())
                    is_critical = kind == "quality_failed" and rows >= 5 and share > Fraction(5, 100)
                    worst = share if kind == "quality_failed" else rows
                    wrong[landed] = Wrong(worst, is_critical, (numbers, numbers))
            yield from _alerts(kind, scope, wrong, calendar, mild)
