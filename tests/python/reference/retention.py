"""mart_retention (R16)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from .calendar import DAY, period_start, shift
from .load import Row
from .scope_facts import ScopeFacts
from .tables import Table, columns, ratio
from .world import Scope, World, span_order

MAX_INTERVALS = {"week": 26, "month": 24}


@dataclass
class Subjects:
    """What the members of a scope did, by member.

    Attributes:
        covered: Stretches of days at whose end the member is in a group of the scope.
        active: Dates with a valid message in the scope.
        bought: Dates with a paid order of the scope; for first_purchase with any paid order.
    """

    covered: dict[str, list[tuple[date, date]]]
    active: dict[str, set[date]]
    bought: dict[str, set[date]]
    bought_anywhere: dict[str, set[date]]


def retention(world: World, facts: dict[Scope, ScopeFacts]) -> Table:
    """Scopes all, group and channel; scope group has month cohorts and day intervals only."""
    table = Table(
        "marts",
        "mart_retention",
        (
            "scope_type",
            "scope_id",
            "cohort_event",
            "cohort_period_type",
            "cohort_start",
            "subject",
            "rule",
            "interval_type",
            "interval_number",
        ),
        columns(
            "text: scope_type scope_id cohort_event cohort_period_type; date: cohort_start; text: subject"
            " rule"
            " interval_type; count: interval_number cohort_members eligible_members retained_members;"
            "double: retention_rate; bool: is_complete"
        ),
    )
    for (scope_type, scope_id), found in facts.items():
        if scope_type not in ("all", "group"):
            continue
        subjects = _subjects(world, found)
        cohorts = _cohorts(world, found, with_purchases=scope_type == "all")
        table.rows.extend(_rows(world, (scope_type, scope_id), cohorts, subjects))
        if scope_type == "all":
            for channel_id, of_channel in _by_channel(world, cohorts).items():
                table.rows.extend(_rows(world, ("channel", channel_id), of_channel, subjects))
    return table


Cohorts = dict[str, dict[str, date]]


def _cohorts(world: World, facts: ScopeFacts, with_purchases: bool) -> Cohorts:
    """Cohort date by event and member."""
    joined: dict[str, date] = {}
    seen: set[str] = set()
    for span in sorted(facts.spans, key=span_order):
        if span.member_id not in seen:
            seen.add(span.member_id)
            if span.join_source != "opening":
                joined[span.member_id] = span.start_date
    first_active: dict[str, date] = {}
    for day in sorted(facts.active_by_date):
        for member_id in facts.active_by_date[day]:
            first_active.setdefault(member_id, day)
    cohorts = {"joined": joined, "first_active": first_active}
    if with_purchases:
        cohorts["first_purchase"] = {
            order.member_id: order.paid_date for order in world.orders if order.is_first and order.member_id
        }
    return cohorts


def _by_channel(world: World, cohorts: Cohorts) -> dict[str, Cohorts]:
    """The cohorts of scope all, parted by first channel; who never was in a group is in none."""
    parted: dict[str, Cohorts] = defaultdict(lambda: defaultdict(dict))
    for event, members in cohorts.items():
        for member_id, day in members.items():
            channel_id = world.first_channel(member_id)
            if channel_id is not None:
                parted[channel_id][event][member_id] = day
    return parted


def _subjects(world: World, facts: ScopeFacts) -> Subjects:
    found = Subjects(defaultdict(list), defaultdict(set), defaultdict(set), defaultdict(set))
    for span in facts.spans:
        last = world.as_of if span.end_date is None else span.end_date - DAY
        if span.start_date <= last:
            found.covered[span.member_id].append((span.start_date, last))
    for day, counts in facts.active_by_date.items():
        for member_id in counts:
            found.active[member_id].add(day)
    for day, orders in facts.orders_by_date.items():
        for order in orders:
            if order.member_id is not None:
                found.bought[order.member_id].add(day)
    for order in world.orders:
        if order.is_paid and order.member_id is not None:
            found.bought_anywhere[order.member_id].add(order.paid_date)
    return found


SUBJECTS_OF_EVENT = {
    "joined": ("membership", "activity", "purchase"),
    "first_active": ("activity",),
    "first_purchase": ("purchase",),
}


def _rows(world: World, scope: Scope, all_cohorts: Cohorts, subjects: Subjects) -> Iterator[Row]:
    for event, dated in all_cohorts.items():
        for cohort_type in ("month",) if scope[0] == "group" else ("day", "week", "month"):
            cohorts: dict[date, dict[str, date]] = defaultdict(dict)
            for member_id, day in dated.items():
                cohorts[period_start(cohort_type, day)][member_id] = day
            for start, cohort in cohorts.items():
                if shift(cohort_type, start, 1) <= world.history_start:
                    continue
                for subject in SUBJECTS_OF_EVENT[event]:
                    name = "bought_anywhere" if event == "first_purchase" else subject
                    head = {
                        "scope_type": scope[0],
                        "scope_id": scope[1],
                        "cohort_event": event,
                        "cohort_period_type": cohort_type,
                        "cohort_start": start,
                        "subject": subject,
                        "cohort_members": len(cohort),
                    }
                    for row in _day_rows(world, cohort, subjects, name):
                        yield head | row
                    if scope[0] != "group" and cohort_type != "day":
                        for row in _period_rows(world, cohort_type, start, cohort, subjects, name):
                            yield head | row


def _day_rows(world: World, cohort: dict[str, date], subjects: Subjects, name: str) -> Iterator[Row]:
    for number in world.parameters.retention_days:
        days = {member_id: day + timedelta(days=number) for member_id, day in cohort.items()}
        eligible = {member_id: day for member_id, day in days.items() if day <= world.as_of}
        for rule in ("bounded", "unbounded"):
            last = (lambda day: day) if rule == "bounded" else (lambda day: world.as_of)
            retained = sum(
                _did(subjects, name, member_id, day, last(day)) for member_id, day in eligible.items()
            )
            yield _measure(rule, "day", number, len(eligible), retained, len(eligible) == len(cohort))


def _period_rows(
    world: World, period_type: str, start: date, cohort: dict[str, date], subjects: Subjects, name: str
) -> Iterator[Row]:
    for number in range(MAX_INTERVALS[period_type] + 1):
        first = shift(period_type, start, number)
        if first > world.as_of:
            return
        is_complete = shift(period_type, first, 1) - DAY <= world.as_of
        ends = _ends(world, period_type, first)
        for rule in ("bounded", "unbounded"):
            if name == "membership":
                counted = ends[:1] if rule == "bounded" else ends
                retained = sum(
                    any(_did(subjects, name, member, end, end) for end in counted) for member in cohort
                )
            else:
                last = ends[0] if rule == "bounded" else world.as_of
                retained = sum(_did(subjects, name, member, first, last) for member in cohort)
            yield _measure(rule, "period", number, len(cohort), retained, is_complete)


def _ends(world: World, period_type: str, first: date) -> list[date]:
    """The last day of this interval and of every later one; a running period ends at as_of_date."""
    ends = []
    while first <= world.as_of:
        first = shift(period_type, first, 1)
        ends.append(min(first - DAY, world.as_of))
    return ends


def _did(subjects: Subjects, name: str, member_id: str, first: date, last: date) -> bool:
    """Membership: in a group at the end of some day of [first, last]; else: active, or bought, on one."""
    if name == "membership":
        return any(begin <= last and end >= first for begin, end in subjects.covered.get(member_id, ()))
    dates = {
        "activity": subjects.active,
        "purchase": subjects.bought,
        "bought_anywhere": subjects.bought_anywhere,
    }
    return any(first <= day <= last for day in dates[name].get(member_id, ()))


def _measure(
    rule: str, interval_type: str, number: int, eligible: int, retained: int, is_complete: bool
) -> Row:
    return {
        "rule": rule,
        "interval_type": interval_type,
        "interval_number": number,
        "eligible_members": eligible,
        "retained_members": retained,
        "retention_rate": ratio(retained, eligible),
        "is_complete": is_complete,
    }
