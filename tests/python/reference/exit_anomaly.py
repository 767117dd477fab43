"""mart_exit_anomaly."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction

from .calendar import DAY, days
from .load import Row
from .quantiles import median
from .scope_facts import ScopeFacts
from .tables import Table, columns
from .world import Group, Scope, World

BASELINE_DAYS = 28
LIVED_DAYS = 14
"""Days with somebody present that a group must have behind it."""
TOUCHES_BEFORE = timedelta(hours=24)
Z_OF_MAD = Fraction("0.6745")
Z_OF_MEAN = Fraction("1.253314")


def exit_anomaly(world: World, facts: dict[Scope, ScopeFacts]) -> Table:
    """Each group's days from the 15th with members present to its dissolution or as_of_date."""
    table = Table(
        "marts",
        "mart_exit_anomaly",
        ("group_id", "date"),
        columns(
            "text: group_id; date: date; count: leaves; double: baseline_median baseline_mad score;"
            "bool: is_anomaly; count: touches_before undated_leaves"
        ),
    )
    for scope, found in facts.items():
        if scope[0] == "group":
            table.rows.extend(_rows(world, world.groups[scope[1]], found))
    return table


def _rows(world: World, group: Group, facts: ScopeFacts) -> Iterator[Row]:
    last = min(group.dissolved_date or world.as_of, world.as_of)
    lived = [day for day in days(world.history_start, last) if facts.members_present_on(day) > 0]
    if len(lived) <= LIVED_DAYS:
        return
    touched_at = [
        touch.touched_at for touch in world.touches if touch.is_delivered and touch.group_id == group.group_id
    ]
    for day in days(lived[LIVED_DAYS], last):
        left_at = _left_at(facts, day)
        first = max(day - BASELINE_DAYS * DAY, lived[0])
        baseline = [Fraction(len(_left_at(facts, before))) for before in days(first, day - DAY)]
        row = {"group_id": group.group_id, "date": day, "leaves": len(left_at), "undated_leaves": 0} | _score(
            len(left_at), baseline
        )
        first_left_at = min(left_at, default=None)
        row["touches_before"] = (
            0
            if first_left_at is None
            else sum(first_left_at - TOUCHES_BEFORE <= moment < first_left_at for moment in touched_at)
        )
        yield row


def _left_at(facts: ScopeFacts, day: date) -> list[datetime]:
    return [
        span.ended_at
        for span in facts.ending_by_date.get(day, ())
        if span.is_left and span.ended_at is not None
    ]


def _score(leaves: int, baseline: list[Fraction]) -> Row:
    middle = median(baseline)
    deviations = [abs(value - middle) for value in baseline]
    mad = median(deviations)
    mean = sum(deviations, Fraction(0)) / len(deviations)
    score = None
    if mad > 0:
        score = Z_OF_MAD * (leaves - middle) / mad
    elif mean > 0:
        score = (leaves - middle) / (Z_OF_MEAN * mean)
    return {
        "baseline_median": middle,
        "baseline_mad": mad,
        "score": score,
        "is_anomaly": leaves >= 5 and leaves > middle and (score is None or score > Fraction("3.5")),
    }
