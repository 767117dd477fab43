"""What belongs to one scope, indexed by day (R5 to R9)."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from functools import cache, cached_property

from .calendar import DAY, Period, days
from .messages import Message
from .orders import Order
from .spans import Span
from .world import Group, PageView, Scope, World


class ScopeFacts:
    """The groups, spans, messages, participants, page views and orders of one scope.

    Attributes:
        first_date: First span or message of one of its groups; None for a scope that has no row.
        starting_by_date: Spans by the day they start on.
        ending_by_date: Spans by the day they end on.
        lively_by_date: Groups with a valid message, by day.
        active_by_date: Valid messages by day and customer.
        orders_by_date: Paid orders of the scope (R9) by payment date.
        attributed_by_date: Paid orders attributed to a group of the scope.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.groups: list[Group] = []
        self.spans: list[Span] = []
        self.starting_by_date: dict[date, list[Span]] = defaultdict(list)
        self.ending_by_date: dict[date, list[Span]] = defaultdict(list)
        self.messages: list[Message] = []
        self.lively_by_date: dict[date, set[str]] = defaultdict(set)
        self.active_by_date: dict[date, Counter[str]] = defaultdict(Counter)
        self.staff_messages_by_date: Counter[date] = Counter()
        self.participants_by_date: dict[date, set[str]] = defaultdict(set)
        self.views_by_date: dict[date, list[PageView]] = defaultdict(list)
        self.orders_by_date: dict[date, list[Order]] = defaultdict(list)
        self.attributed_by_date: dict[date, list[Order]] = defaultdict(list)
        self.spans_at_end = cache(self._spans_at_end)
        self.members_at_end = cache(self._members_at_end)
        self.members_present_on = cache(self._members_present_on)

    @cached_property
    def first_date(self) -> date | None:
        return min((group.first_date for group in self.groups if group.first_date), default=None)

    def has_row(self, period: Period) -> bool:
        """From the first period in which one of its groups has a span or a message (R6)."""
        return self.first_date is not None and self.first_date <= period.end

    def add_span(self, span: Span) -> None:
        self.spans.append(span)
        self.starting_by_date[span.start_date].append(span)
        if span.end_date is not None:
            self.ending_by_date[span.end_date].append(span)

    def starting(self, first: date, last: date) -> list[Span]:
        """Spans that start in [first, last]."""
        return [span for day in days(first, last) for span in self.starting_by_date.get(day, ())]

    def ending(self, first: date, last: date) -> list[Span]:
        """Spans that end in [first, last]."""
        return [span for day in days(first, last) for span in self.ending_by_date.get(day, ())]

    def _spans_at_end(self, day: date) -> list[Span]:
        """Spans in the group at the end of the day (R3)."""
        return [span for span in self.spans if span.covers_end_of(day)]

    def _members_at_end(self, day: date) -> frozenset[str]:
        return frozenset(span.member_id for span in self.spans_at_end(day))

    def members_present(self, first: date, last: date) -> set[str]:
        """R7: in at the end of the day before, or with a span that starts in [first, last]."""
        return {span.member_id for span in self.starting(first, last)} | self.members_at_end(first - DAY)

    def _members_present_on(self, day: date) -> int:
        return len(self.members_present(day, day))

    def messages_by_member(self, period: Period) -> Counter[str]:
        """Valid messages of the period by customer (R4, R5)."""
        counts: Counter[str] = Counter()
        for day in period.days:
            counts.update(self.active_by_date.get(day, {}))
        return counts


def scope_facts(world: World) -> dict[Scope, ScopeFacts]:
    """The facts of every scope that a group stands under."""
    facts: dict[Scope, ScopeFacts] = {("all", "all"): ScopeFacts(("all", "all"))}
    for group in world.groups.values():
        for scope in world.scopes_of_group(group.group_id):
            facts.setdefault(scope, ScopeFacts(scope)).groups.append(group)

    def of_group(group_id: str) -> list[ScopeFacts]:
        return [facts[scope] for scope in world.scopes_of_group(group_id) if scope in facts]

    for span in world.spans:
        for found in of_group(span.group_id):
            found.add_span(span)
    for message in world.messages:
        for found in of_group(message.group_id):
            found.messages.append(message)
            if message.is_valid:
                found.active_by_date[message.sent_date][message.member_id] += 1
                found.lively_by_date[message.sent_date].add(message.group_id)
            if message.is_staff_message:
                found.staff_messages_by_date[message.sent_date] += 1
    _add_participants(world, facts)
    _add_views(world, facts)
    for order in world.orders:
        for scope in order.scopes:
            facts[scope].orders_by_date[order.paid_date].append(order)
        if order.attributed_group_id is not None:
            for found in of_group(order.attributed_group_id):
                found.attributed_by_date[order.paid_date].append(order)
    return facts


def _add_participants(world: World, facts: dict[Scope, ScopeFacts]) -> None:
    """In the scopes of the participation's group, else of the member's open spans at that moment."""
    for participation in world.participations:
        if participation.group_id is not None:
            scopes = set(world.scopes_of_group(participation.group_id))
        else:
            scopes = world.scopes_of_member_at(participation.member_id, participation.participated_at)
        for scope in scopes & facts.keys():
            facts[scope].participants_by_date[participation.participated_at.date()].add(
                participation.member_id
            )


def _add_views(world: World, facts: dict[Scope, ScopeFacts]) -> None:
    """In all: every view; elsewhere: views that name a group of the scope or whose customer is in it then."""
    for view in world.page_views:
        scopes = {("all", "all")} | world.scopes_of_member_at(view.member_id, view.viewed_at)
        if view.group_id is not None:
            scopes |= set(world.scopes_of_group(view.group_id))
        for scope in scopes & facts.keys():
            facts[scope].views_by_date[view.viewed_at.date()].append(view)
