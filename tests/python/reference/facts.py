"""The compared tables of schema core, and the message heatmap."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from .load import Row
from .scope_facts import ScopeFacts
from .tables import NOT_COMPARED, Table, columns, ratio
from .world import Scope, World


def membership_span(world: World) -> Table:
    """Every span, numbered within its pair."""
    table = Table(
        "core",
        "fct_membership_span",
        ("group_id", "member_id", "span_number"),
        columns(
            "text: group_id member_id; count: span_number; timestamp: started_at ended_at; date:"
            " start_date end_date;"
            "text: join_source end_reason leave_reason scene channel_id script_id inviter_id end_precision"
        ),
    )
    for span in world.spans:
        join = span.join or {}
        table.rows.append(
            {
                "group_id": span.group_id,
                "member_id": span.member_id,
                "span_number": span.number,
                "started_at": span.started_at,
                "ended_at": span.ended_at,
                "start_date": span.start_date,
                "end_date": span.end_date,
                "join_source": span.join_source,
                "end_reason": span.end_reason,
                "leave_reason": span.leave_reason,
                "end_precision": span.end_reason and "exact",
            }
            | {name: join.get(name) for name in ("scene", "channel_id", "script_id", "inviter_id")}
        )
    return table


def order(world: World) -> Table:
    """Every order; what R8 and R9 say only of paid orders is not compared for others."""
    table = Table(
        "core",
        "fct_order",
        ("order_id",),
        columns(
            "text: order_id; bool: is_paid_order; money: net_sales cost_of_goods; bool: is_in_community;"
            "text: attributed_group_id; bool: is_first_paid_order"
        ),
    )
    for found in world.orders:
        row: Row = {"order_id": found.order_id, "is_paid_order": found.is_paid}
        if found.is_paid:
            cost = found.cost_of_goods
            row |= {
                "net_sales": found.net_sales,
                "cost_of_goods": None
                if cost is None
                else Decimal(cost.numerator) / Decimal(cost.denominator),
                "is_in_community": found.is_in_community,
                "attributed_group_id": found.attributed_group_id,
                "is_first_paid_order": found.is_first,
            }
        else:
            row |= {name: NOT_COMPARED for name in table.columns if name not in row}
        table.rows.append(row)
    return table


def response(world: World) -> Table:
    """Turns of private chats that are answered or 24 hours old (R18)."""
    table = Table(
        "core",
        "fct_response",
        ("member_id", "staff_id", "opening_message_id"),
        columns(
            "text: member_id staff_id opening_message_id; timestamp: opened_at; date: opened_date; timestamp:"
            " answered_at; bool: is_answered; double: response_seconds; bool: is_within_sla"
        ),
    )
    for member_id, staff_id, turn in world.turns:
        seconds = (turn.answered_at - turn.opened_at).total_seconds() if turn.answered_at else None
        table.rows.append(
            {
                "member_id": member_id,
                "staff_id": staff_id,
                "opening_message_id": turn.opening_message_id,
                "opened_at": turn.opened_at,
                "opened_date": turn.opened_at.date(),
                "answered_at": turn.answered_at,
                "is_answered": turn.answered_at is not None,
                "response_seconds": seconds,
                "is_within_sla": seconds is not None and seconds <= world.parameters.response_sla_seconds,
            }
        )
    return table


MEMBER_DAY_COUNTS = (
    "joins leaves messages valid_messages characters red_packets actions participations page_views touches"
    " attributed_orders"
)


def member_day(world: World) -> Table:
    """Sparse: a row only where a count is not 0; from history_start_date on."""
    table = Table(
        "core",
        "fct_member_day",
        ("group_id", "member_id", "date"),
        columns(
            "text: group_id member_id; date: date; bool: is_new is_in_group; count: days_in_group"
            f" {MEMBER_DAY_COUNTS};"
            "money: attributed_gross_sales attributed_net_sales"
        ),
    )
    counts: dict[tuple[str, str, date], Counter[str]] = defaultdict(Counter)
    sales: dict[tuple[str, str, date], list[Decimal]] = defaultdict(
        lambda: [Decimal("0.00"), Decimal("0.00")]
    )

    def add(
        name: str, group_id: str | None, member_id: str | None, moment: datetime, amount: int = 1
    ) -> None:
        if group_id is not None and member_id is not None:
            counts[group_id, member_id, moment.date()][name] += amount

    for span in world.spans:
        add("joins", span.group_id, span.member_id, span.started_at)
        if span.is_left and span.ended_at is not None:
            add("leaves", span.group_id, span.member_id, span.ended_at)
    for message in world.messages:
        who = (message.group_id, message.member_id, message.sent_at)
        if message.is_customer and message.is_counted:
            add("messages", *who)
            add("red_packets", *who, int(message.message_type == "red_packet"))
        if message.is_valid:
            add("valid_messages", *who)
            add("characters", *who, len(message.content or "") if message.message_type == "text" else 0)
    for action in world.actions:
        add("actions", action.group_id, action.member_id, action.occurred_at)
    for participation in world.participations:
        add("participations", participation.group_id, participation.member_id, participation.participated_at)
    for view in world.page_views:
        add("page_views", view.group_id, view.member_id, view.viewed_at)
    for touch in world.touches:
        if touch.is_delivered:
            add("touches", touch.group_id, touch.member_id, touch.touched_at)
    for paid in world.orders:
        if paid.attributed_group_id is not None and paid.paid_at is not None and paid.member_id is not None:
            add("attributed_orders", paid.attributed_group_id, paid.member_id, paid.paid_at)
            sums = sales[paid.attributed_group_id, paid.member_id, paid.paid_date]
            sums[0] += paid.paid_amount
            sums[1] += paid.net_sales
    for key, found in counts.items():
        if key[2] >= world.history_start and any(found.values()):
            table.rows.append(_member_day(world, key, found, sales[key]))
    return table


def _member_day(world: World, key: tuple[str, str, date], counts: Counter[str], sales: list[Decimal]) -> Row:
    group_id, member_id, day = key
    spans = [span for span in world.spans_of_member.get(member_id, ()) if span.group_id == group_id]
    overlapping = [span for span in spans if span.overlaps(day)]
    row: dict[str, Any] = {
        "group_id": group_id,
        "member_id": member_id,
        "date": day,
        "is_new": any(span.number == 1 and span.start_date == day for span in spans),
        "is_in_group": any(span.covers_end_of(day) for span in spans),
        "days_in_group": (day - overlapping[-1].start_date).days if overlapping else None,
        "attributed_gross_sales": sales[0],
        "attributed_net_sales": sales[1],
    }
    return row | {name: counts[name] for name in MEMBER_DAY_COUNTS.split()}


def message_heatmap(world: World, facts: dict[Scope, ScopeFacts]) -> Table:
    """All 168 cells of the 28 days that end on as_of_date, for a scope with any message in them."""
    table = Table(
        "marts",
        "mart_message_heatmap",
        ("scope_type", "scope_id", "weekday", "hour"),
        columns(
            "text: scope_type scope_id; count: weekday hour messages active_members; double: message_share;"
            "count: staff_messages"
        ),
    )
    first = world.as_of - timedelta(days=27)
    for scope, found in facts.items():
        recent = [message for message in found.messages if message.sent_date >= first]
        if scope[0] not in ("all", "group") or not recent:
            continue
        valid: Counter[tuple[int, int]] = Counter()
        staff: Counter[tuple[int, int]] = Counter()
        active: dict[tuple[int, int], set[str]] = defaultdict(set)
        for message in recent:
            cell = message.sent_at.isoweekday(), message.sent_at.hour
            staff[cell] += message.is_staff_message
            if message.is_valid:
                valid[cell] += 1
                active[cell].add(message.member_id)
        total = sum(valid.values())
        for cell in ((weekday, hour) for weekday in range(1, 8) for hour in range(24)):
            table.rows.append(
                {
                    "scope_type": scope[0],
                    "scope_id": scope[1],
                    "weekday": cell[0],
                    "hour": cell[1],
                    "messages": valid[cell],
                    "active_members": len(active[cell]),
                    "message_share": ratio(valid[cell], total),
                    "staff_messages": staff[cell],
                }
            )
    return table
