"""Membership spans of one group and customer (R3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from .calendar import DAY, midnight
from .load import Row

_RANK = {"join": 0, "activity": 1, "leave": 2, "dissolved": 3}


@dataclass(frozen=True)
class PairEvent:
    """A join, leave or activity of one customer in one group; `row` is the membership event, if any."""

    at: datetime
    kind: str
    row: Row | None = None


@dataclass
class Span:
    """A stay, half open: [started_at, ended_at)."""

    group_id: str
    member_id: str
    number: int
    started_at: datetime
    join_source: str
    join: Row | None
    ended_at: datetime | None = None
    end_reason: str | None = None
    leave_reason: str | None = None

    @cached_property
    def start_date(self) -> date:
        return self.started_at.date()

    @property
    def end_date(self) -> date | None:
        return self.ended_at.date() if self.ended_at else None

    @property
    def channel_id(self) -> str | None:
        return self.join["channel_id"] if self.join else None

    @property
    def is_left(self) -> bool:
        return self.end_reason == "leave"

    def is_open_at(self, moment: datetime) -> bool:
        return self.started_at <= moment and (self.ended_at is None or moment < self.ended_at)

    def covers_end_of(self, day: date) -> bool:
        """In the group at the end of the day."""
        return self.start_date <= day and (self.end_date is None or self.end_date > day)

    def overlaps(self, day: date) -> bool:
        """Some instant of the day lies in the span."""
        return self.started_at < midnight(day + DAY) and (
            self.ended_at is None or self.ended_at > midnight(day)
        )


def spans_of_pair(
    group_id: str,
    member_id: str,
    events: list[PairEvent],
    created_at: datetime | None,
    dissolved_at: datetime | None,
    group_first_event_at: datetime,
) -> list[Span]:
    """The spans of a pair in order of time.

    Args:
        group_id: The group.
        member_id: The customer.
        events: The pair's joins, leaves and activities, in any order.
        created_at: The group's, None where unknown.
        dissolved_at: The group's, None where unknown.
        group_first_event_at: The group's earliest landed join, leave, message or participation, whoever's.
    """
    ordered = sorted(events, key=_order)
    if ordered[0].kind == "leave":
        known = created_at is not None and created_at <= ordered[0].at
        ordered.insert(0, PairEvent(created_at if known and created_at else group_first_event_at, "opening"))
    if dissolved_at is not None:
        # Python's sort is stable: the opening stays before what happens at its very instant.
        ordered.append(PairEvent(dissolved_at, "dissolved"))
        ordered.sort(key=lambda event: (event.at, _RANK.get(event.kind, -1)))
    spans: list[Span] = []
    inside: Span | None = None
    for event in ordered:
        if event.kind in ("leave", "dissolved"):
            if inside is not None:
                inside.ended_at, inside.end_reason = event.at, event.kind
                inside.leave_reason = event.row["leave_reason"] if event.row else None
                inside = None
        elif inside is None and (dissolved_at is None or event.at < dissolved_at):
            source = "event" if event.kind == "join" else event.kind
            inside = Span(group_id, member_id, len(spans) + 1, event.at, source, event.row)
            spans.append(inside)
    return spans


def _order(event: PairEvent) -> tuple[object, ...]:
    """By time, then join, activity, leave; of joins at one time the smallest channel_id (unknown last)."""
    channel_id = event.row["channel_id"] if event.row else None
    return (event.at, _RANK[event.kind], channel_id is None, channel_id or "")
