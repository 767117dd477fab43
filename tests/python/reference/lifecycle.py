"""mart_lifecycle."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from .calendar import DAY, Period, days, period_start, periods, shift
from .load import Row
from .scope_facts import ScopeFacts
from .tables import Table, columns, ratio
from .world import Scope, World


def lifecycle(world: World, facts: dict[Scope, ScopeFacts]) -> Table:
    """Scope all by day, week and month; groups by week and month."""
    table = Table(
        "marts",
        "mart_lifecycle",
        ("period_type", "period_start", "scope_type", "scope_id"),
        columns(
            "text: period_type; date: period_start; text: scope_type scope_id; count: active_members"
            " new_members retained_members resurrected_members churned_members silent_members;"
            "double: quick_ratio"
        ),
    )
    for scope, found in facts.items():
        for period_type in {"all": ("day", "week", "month"), "group": ("week", "month")}.get(scope[0], ()):
            first_active = _first_active(period_type, found)
            for period in periods(period_type, world.history_start, world.as_of):
                if found.has_row(period):
                    table.rows.append(period.head(scope) | _row(period, found, first_active))
    return table


def _first_active(period_type: str, facts: ScopeFacts) -> dict[str, date]:
    """Start of the first period in which each member was active in the scope."""
    first: dict[str, date] = {}
    for day in sorted(facts.active_by_date):
        for member_id in facts.active_by_date[day]:
            first.setdefault(member_id, period_start(period_type, day))
    return first


def _active(facts: ScopeFacts, days_of_period: Iterator[date]) -> set[str]:
    return {member_id for day in days_of_period for member_id in facts.active_by_date.get(day, ())}


def _row(period: Period, facts: ScopeFacts, first_active: dict[str, date]) -> Row:
    active = _active(facts, period.days)
    before = _active(facts, days(shift(period.type, period.start, -1), period.start - DAY))
    new = {member_id for member_id in active if first_active[member_id] == period.start}
    retained = active & before
    resurrected = active - before - new
    churned = before - active
    silent = facts.members_at_end(period.effective_end) - active
    return {
        "active_members": len(active),
        "new_members": len(new),
        "retained_members": len(retained),
        "resurrected_members": len(resurrected),
        "churned_members": len(churned),
        "silent_members": len(silent),
        "quick_ratio": ratio(len(new) + len(resurrected), len(churned)),
    }
