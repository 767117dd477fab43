"""mart_group_health: components of 28 days, weighted by the group's type."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

from .calendar import days
from .scope_facts import ScopeFacts
from .seeds import seed
from .tables import Table, columns, ratio, spoken
from .world import Group, Scope, World

COMPONENTS = "active_rate leave_rate member_conversion_rate high_value_share staff_message_share"


def group_health(world: World, facts: dict[Scope, ScopeFacts], rfm: Table) -> Table:
    """One row per group that exists by as_of_date."""
    table = Table(
        "marts",
        "mart_group_health",
        ("group_id",),
        columns(
            "text: group_id group_type; double: health_score; count: lifecycle_days; bool: is_zombie;"
            f"double: {COMPONENTS}; text: recommendation;"
            "sentence: recommendation_reason recommendation_reason_zh"
        ),
    )
    high_value = {row["member_id"] for row in rfm.rows if row["value_tier"] == "high_value_loyal"}
    for group in world.groups.values():
        if group.exists_from is None:
            continue
        found = facts["group", group.group_id]
        last, first = world.as_of, world.as_of - timedelta(days=27)
        values = _components(found, world, high_value)
        is_dissolved = group.dissolved_at is not None
        score = None if is_dissolved else _score(group.group_type or "other", values)
        members = len(found.members_at_end(last))
        buyers = {order.member_id for day in days(first, last) for order in found.orders_by_date.get(day, ())}
        zombie = _is_zombie(world, group, found)
        recommendation, numbers = _recommendation(is_dissolved, zombie, len(buyers), score, members)
        table.rows.append(
            {
                "group_id": group.group_id,
                "group_type": group.group_type,
                "health_score": score,
                "lifecycle_days": ((group.dissolved_date or last) - group.exists_from).days,
                "is_zombie": zombie,
                "recommendation": recommendation,
                "recommendation_reason": numbers,
                "recommendation_reason_zh": numbers,
            }
            | {name: None if value is None else float(value) for name, value in values.items()}
        )
    return table


def _components(found: ScopeFacts, world: World, high_value: set[str]) -> dict[str, Fraction | None]:
    last, first = world.as_of, world.as_of - timedelta(days=27)
    stretch = list(days(first, last))
    present = len(found.members_present(first, last))
    members = found.members_at_end(last)
    active = {member for day in stretch for member in found.active_by_date.get(day, ())}
    leaving = {span.member_id for span in found.ending(first, last) if span.is_left}
    buyers = {order.member_id for day in stretch for order in found.orders_by_date.get(day, ())}
    messages = sum(sum(found.active_by_date[day].values()) for day in stretch if day in found.active_by_date)
    staff = sum(found.staff_messages_by_date[day] for day in stretch)
    return {
        "active_rate": _share(len(active), present),
        "leave_rate": _share(len(leaving), present),
        "member_conversion_rate": _share(len(buyers), present),
        "high_value_share": _share(len(members & high_value), len(members)),
        "staff_message_share": _share(staff, messages + staff),
    }


def _share(numerator: int, denominator: int) -> Fraction | None:
    return Fraction(numerator, denominator) if denominator else None


def _score(group_type: str, values: dict[str, Fraction | None]) -> float | None:
    """Weighted mean of the components that have a value, each 0 at its worst and 100 at its best."""
    total, weights = Fraction(0), Fraction(0)
    for line in seed("group_health_weights"):
        value = values[line["component"]]
        if line["group_type"] != group_type or value is None:
            continue
        worst, best, weight = (Fraction(line[name]) for name in ("worst", "best", "weight"))
        total += weight * 100 * min(max((value - worst) / (best - worst), Fraction(0)), Fraction(1))
        weights += weight
    return ratio(total, weights)


def _is_zombie(world: World, group: Group, found: ScopeFacts) -> bool:
    """Old enough and peopled, not dissolved, and nobody said anything valid in 14 days."""
    last = world.as_of
    lively = any(found.lively_by_date.get(day) for day in days(last - timedelta(days=13), last))
    old = group.exists_from is not None and group.exists_from <= last - timedelta(days=14)
    return group.dissolved_at is None and old and bool(found.members_at_end(last)) and not lively


def _recommendation(
    is_dissolved: bool, is_zombie: bool, buyers: int, score: float | None, members: int
) -> tuple[str | None, tuple[str, ...] | None]:
    """The first that holds, and what its sentence must say."""
    if is_dissolved:
        return None, None
    head_count = spoken(members, 0)
    if is_zombie and buyers == 0:
        return "dissolve", ("14", "28", head_count)
    if is_zombie:
        return "merge", ("14", "28", spoken(buyers, 0), head_count)
    if score is None:
        return "keep", (head_count,)
    said = (spoken(score, 1), head_count)
    if score < 40 and members < 30:
        return "merge", (*said, "40", "30")
    return ("grow", (*said, "70")) if score >= 70 else ("keep", said)
