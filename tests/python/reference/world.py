"""What happened, by the rules: everything the marts are computed from, clamped to as_of_date."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime

from .calendar import DAY, midnight
from .contract import R1_EVENTS
from .load import Export, Row
from .messages import Message, mark_valid
from .orders import Order, read_orders
from .people import People
from .responses import ChatMessage, Turn, turns_of_chat
from .spans import PairEvent, Span, spans_of_pair

Scope = tuple[str, str]
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Parameters:
    """The choices of one run; the defaults are the project's dbt vars."""

    as_of_date: date | None = None
    history_start_date: date | None = None
    repurchase_window_days: int = 90
    rfm_window_days: int = 365
    retention_days: tuple[int, ...] = (1, 3, 7, 14, 30, 60, 90, 180)
    response_sla_seconds: int = 300
    attribution_lookback_days: int = 30
    attribution_half_life_days: int = 7


@dataclass
class Group:
    """A group, registered or only seen; `exists_from` is None for one that never came to be."""

    group_id: str
    group_type: str | None = None
    owner_staff_id: str | None = None
    created_at: datetime | None = None
    dissolved_at: datetime | None = None
    group_name: str | None = None
    stage: str | None = None
    exists_from: date | None = None
    first_date: date | None = None

    @property
    def dissolved_date(self) -> date | None:
        return self.dissolved_at.date() if self.dissolved_at else None


@dataclass(frozen=True)
class Participation:
    """A customer's participation; `group_id` is its own, else its activity's."""

    member_id: str
    participated_at: datetime
    group_id: str | None
    activity_id: str


@dataclass(frozen=True)
class PageView:
    """A page view by anybody but staff, bots and shills."""

    viewed_at: datetime
    visitor_id: str
    member_id: str | None
    group_id: str | None


@dataclass(frozen=True)
class Action:
    """A customer's action on a message of a group."""

    member_id: str
    group_id: str
    occurred_at: datetime
    kind: str


@dataclass(frozen=True)
class Touch:
    """A touch of a customer; delivered is any but unsent and failed."""

    touch_id: str
    batch_id: str | None
    kind: str
    member_id: str
    group_id: str | None
    channel_id: str | None
    touched_at: datetime
    is_delivered: bool
    is_clicked: bool


@dataclass(frozen=True)
class PrivateMessage:
    """A message between a customer and a staff member, neither system nor recalled (R18)."""

    customer: str
    staff_id: str
    sent_at: datetime
    by_customer: bool


@dataclass
class World:
    """All facts of one export under one set of parameters.

    Attributes:
        rows: The kept rows of every entity with persons for member ids, later than as_of_date too.
    """

    parameters: Parameters
    as_of: date
    history_start: date
    people: People
    rows: dict[str, list[Row]]
    groups: dict[str, Group] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    participations: list[Participation] = field(default_factory=list)
    page_views: list[PageView] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    touches: list[Touch] = field(default_factory=list)
    turns: list[tuple[str, str, Turn]] = field(default_factory=list)
    private_messages: list[PrivateMessage] = field(default_factory=list)
    spend: list[Row] = field(default_factory=list)
    channel_names: dict[str, str | None] = field(default_factory=dict)
    spans_of_member: dict[str, list[Span]] = field(default_factory=lambda: defaultdict(list))

    def is_counted_time(self, moment: datetime | None) -> bool:
        """Known and not later than the end of as_of_date."""
        return moment is not None and moment < midnight(self.as_of + DAY)

    def known(self, moment: datetime | None) -> datetime | None:
        """A timestamp beside an earlier one: unknown when it lies after as_of_date."""
        return moment if self.is_counted_time(moment) else None

    def scopes_of_group(self, group_id: str) -> list[Scope]:
        """The five scopes a group stands under (R6)."""
        group = self.groups.get(group_id) or Group(group_id)
        department = self.people.department_of_staff.get(group.owner_staff_id or "")
        return [
            ("all", "all"),
            ("group", group_id),
            ("owner", group.owner_staff_id or UNKNOWN),
            ("department", department or UNKNOWN),
            ("group_type", group.group_type or UNKNOWN),
        ]

    def open_spans(self, member_id: str | None, moment: datetime) -> list[Span]:
        """The person's spans that are open at the moment, in any group."""
        if member_id is None:
            return []
        return [span for span in self.spans_of_member.get(member_id, ()) if span.is_open_at(moment)]

    def scopes_of_member_at(self, member_id: str | None, moment: datetime) -> set[Scope]:
        """The scopes in which the person has an open span at the moment."""
        return {
            scope
            for span in self.open_spans(member_id, moment)
            for scope in self.scopes_of_group(span.group_id)
        }

    def first_span(self, member_id: str) -> Span | None:
        """The earliest span in any group, ties by group_id (R12)."""
        return min(self.spans_of_member.get(member_id, ()), key=span_order, default=None)

    def first_channel(self, member_id: str) -> str | None:
        """R12; None for who never was in a group."""
        span = self.first_span(member_id)
        return (span.channel_id or UNKNOWN) if span else None


def span_order(span: Span) -> tuple[datetime, str, int]:
    """Earliest first; at one time the smaller group, then the earlier span."""
    return span.started_at, span.group_id, span.number


def build_world(export: Export, parameters: Parameters) -> World | None:
    """Apply R1 to R9 and R18; None where no R1 event was landed (every mart is then empty)."""
    people = People(export)
    rows = {name: [people.resolved(row) for row in entity] for name, entity in export.rows.items()}
    dates = [
        row[column].date()
        for entity, column in R1_EVENTS.items()
        for row in rows[entity]
        if row[column] is not None and row.get("order_status") != "created"
    ]
    if not dates:
        return None
    world = World(
        parameters,
        parameters.as_of_date or max(dates),
        parameters.history_start_date or min(dates),
        people,
        rows,
    )
    counted = {
        entity: [row for row in rows[entity] if world.is_counted_time(row[column])]
        for entity, column in R1_EVENTS.items()
    }
    _add_groups(world, rows["groups"])
    activities = {
        row["activity_id"]: row["group_id"]
        for row in rows["activities"]
        if world.is_counted_time(row["started_at"])
    }
    _add_messages(world, counted["messages"])
    _add_spans(world, counted, activities)
    _date_groups(world)
    world.orders = read_orders(world, rows)
    _add_participations(world, counted["activity_participations"], activities)
    _add_page_views(world, rows["page_views"])
    _add_actions(world, rows["message_actions"], counted["messages"])
    _add_touches(world, counted["touches"])
    _add_turns(world, counted["messages"])
    world.spend = [row for row in rows["channel_spend"] if row["spend_date"] <= world.as_of]
    world.channel_names = {row["channel_id"]: row["channel_name"] for row in rows["channels"]}
    return world


def _add_groups(world: World, rows: list[Row]) -> None:
    for row in rows:
        world.groups[row["group_id"]] = Group(
            row["group_id"],
            row["group_type"],
            row["owner_staff_id"],
            world.known(row["created_at"]),
            world.known(row["dissolved_at"]),
            row["group_name"],
            row["stage"],
        )


def _group(world: World, group_id: str) -> Group:
    """A group that no `groups` row names counts all the same."""
    return world.groups.setdefault(group_id, Group(group_id))


def _add_messages(world: World, rows: list[Row]) -> None:
    for row in rows:
        if row["group_id"] is None:
            continue
        dissolved_at = _group(world, row["group_id"]).dissolved_at
        world.messages.append(
            Message(
                row["message_id"],
                row["group_id"],
                row["sender_id"],
                world.people.is_customer(row["sender_id"]),
                row["sent_at"],
                row["message_type"],
                row["content"],
                is_recalled=world.is_counted_time(row["recalled_at"]),
                is_after_dissolution=dissolved_at is not None and row["sent_at"] >= dissolved_at,
            )
        )
    mark_valid(world.messages)


def _add_spans(world: World, counted: dict[str, list[Row]], activities: dict[str, str | None]) -> None:
    events: dict[tuple[str, str], list[PairEvent]] = defaultdict(list)
    first_event_at: dict[str, datetime] = {}

    def add(group_id: str, person: str, event: PairEvent) -> None:
        _group(world, group_id)
        first_event_at[group_id] = min(first_event_at.get(group_id, event.at), event.at)
        if world.people.is_customer(person):
            events[group_id, person].append(event)

    for row in counted["membership_events"]:
        add(row["group_id"], row["member_id"], PairEvent(row["occurred_at"], row["event_type"], row))
    for row in counted["messages"]:
        if row["group_id"] is not None:
            add(row["group_id"], row["sender_id"], PairEvent(row["sent_at"], "activity"))
    for row in counted["activity_participations"]:
        group_id = row["group_id"] or activities.get(row["activity_id"])
        if group_id is not None:
            add(group_id, row["member_id"], PairEvent(row["participated_at"], "activity"))
    for (group_id, person), happened in events.items():
        group = world.groups[group_id]
        for span in spans_of_pair(
            group_id, person, happened, group.created_at, group.dissolved_at, first_event_at[group_id]
        ):
            world.spans.append(span)
            world.spans_of_member[person].append(span)


def _date_groups(world: World) -> None:
    """First span or message of each group (R6), and the day from which it exists (R3)."""
    for span in world.spans:
        _note_first(world.groups[span.group_id], span.start_date)
    for message in world.messages:
        _note_first(world.groups[message.group_id], message.sent_date)
    for group in world.groups.values():
        group.exists_from = group.created_at.date() if group.created_at else group.first_date


def _note_first(group: Group, day: date) -> None:
    group.first_date = min(group.first_date or day, day)


def _add_participations(world: World, rows: list[Row], activities: dict[str, str | None]) -> None:
    for row in rows:
        if world.people.is_customer(row["member_id"]):
            group_id = row["group_id"] or activities.get(row["activity_id"])
            world.participations.append(
                Participation(row["member_id"], row["participated_at"], group_id, row["activity_id"])
            )


def _add_page_views(world: World, rows: list[Row]) -> None:
    for row in rows:
        member_id = row["member_id"]
        by_staff = member_id is not None and not world.people.is_customer(member_id)
        if world.is_counted_time(row["viewed_at"]) and not by_staff:
            world.page_views.append(PageView(row["viewed_at"], row["visitor_id"], member_id, row["group_id"]))


def _add_actions(world: World, rows: list[Row], messages: list[Row]) -> None:
    group_of_message = {row["message_id"]: row["group_id"] for row in messages}
    for row in rows:
        group_id = row["group_id"] or group_of_message.get(row["message_id"])
        if (
            group_id
            and world.is_counted_time(row["occurred_at"])
            and world.people.is_customer(row["actor_id"])
        ):
            world.actions.append(Action(row["actor_id"], group_id, row["occurred_at"], row["action"]))


def _add_touches(world: World, rows: list[Row]) -> None:
    for row in rows:
        if world.people.is_customer(row["member_id"]):
            world.touches.append(
                Touch(
                    row["touch_id"],
                    row["batch_id"],
                    row["touch_kind"],
                    row["member_id"],
                    row["group_id"],
                    row["channel_id"],
                    row["touched_at"],
                    is_delivered=row["touch_status"] not in ("unsent", "failed"),
                    is_clicked=world.is_counted_time(row["clicked_at"]),
                )
            )


def _add_turns(world: World, rows: list[Row]) -> None:
    """Turns that count: answered, or 24 hours old at the end of as_of_date."""
    chats: dict[tuple[str, str], list[ChatMessage]] = defaultdict(list)
    for row in rows:
        sender, receiver = row["sender_id"], row["receiver_id"]
        is_private = row["group_id"] is None and receiver is not None
        if not is_private or row["message_type"] == "system" or world.is_counted_time(row["recalled_at"]):
            continue
        by_customer = world.people.is_customer(sender)
        customer, other = (sender, receiver) if by_customer else (receiver, sender)
        if world.people.is_customer(customer) and other in world.people.staff_of_member:
            chats[customer, other].append(ChatMessage(row["message_id"], row["sent_at"], by_customer))
            staff_id = world.people.staff_of_member[other]
            world.private_messages.append(PrivateMessage(customer, staff_id, row["sent_at"], by_customer))
    for (customer, other), messages in chats.items():
        for turn in turns_of_chat(messages):
            if turn.answered_at is not None or turn.opened_at <= midnight(world.as_of):
                world.turns.append((customer, world.people.staff_of_member[other], turn))
