"""What follows a touch, a live session or an activity: mart_touch_effect, mart_live, mart_activity."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from .calendar import DAY, midnight
from .load import Row
from .orders import Order
from .sales import sales_of
from .tables import Table, cents, columns, ratio
from .world import Participation, Touch, World

ORDER_WINDOW = timedelta(hours=72)
LEAVE_WINDOW = timedelta(hours=24)


def touch_effect(world: World) -> Table:
    """One row per kind and batch; touches without batch are together in `none`."""
    table = Table(
        "marts",
        "mart_touch_effect",
        ("touch_kind", "batch_id"),
        columns(
            "text: touch_kind batch_id; count: targeted delivered; double: reach_rate; count: clicked;"
            "double: click_rate; count: members buyers_3d; money: net_sales_3d; count: leaves_24h"
        ),
    )
    batches: dict[tuple[str, str], list[Touch]] = defaultdict(list)
    for touch in world.touches:
        batches[touch.kind, touch.batch_id or "none"].append(touch)
    orders = _orders_by(world, "member_id")
    for (kind, batch_id), touches in batches.items():
        # The touch of a member is its first delivered one, ties by touch_id (R21).
        first: dict[str, Touch] = {}
        for touch in sorted(touches, key=lambda item: (item.touched_at, item.touch_id)):
            if touch.is_delivered:
                first.setdefault(touch.member_id, touch)
        sales = sales_of(
            order
            for member_id, touch in first.items()
            for order in orders.get(member_id, ())
            if order.paid_at is not None
            and touch.touched_at <= order.paid_at <= touch.touched_at + ORDER_WINDOW
        )
        delivered = sum(touch.is_delivered for touch in touches)
        clicked = sum(touch.is_clicked for touch in touches)
        table.rows.append(
            {
                "touch_kind": kind,
                "batch_id": batch_id,
                "targeted": len(touches),
                "delivered": delivered,
                "reach_rate": ratio(delivered, len(touches)),
                "clicked": clicked,
                "click_rate": ratio(clicked, delivered),
                "members": len(first),
                "buyers_3d": len(sales.buyers),
                "net_sales_3d": sales.net_sales,
                "leaves_24h": sum(_is_left_after(world, touch) for touch in first.values()),
            }
        )
    return table


def _is_left_after(world: World, touch: Touch) -> bool:
    """The member leaves the touch's group, any where none is named, within 24 hours."""
    return any(
        span.is_left
        and span.ended_at is not None
        and touch.group_id in (None, span.group_id)
        and touch.touched_at <= span.ended_at <= touch.touched_at + LEAVE_WINDOW
        for span in world.spans_of_member.get(touch.member_id, ())
    )


def _orders_by(world: World, name: str) -> dict[str, list[Order]]:
    """Paid orders by one of their attributes, where that is known."""
    found: dict[str, list[Order]] = defaultdict(list)
    for order in world.orders:
        if order.is_paid and (key := getattr(order, name)) is not None:
            found[key].append(order)
    return found


def live(world: World) -> Table:
    """One row per live session that started by as_of_date."""
    table = Table(
        "marts",
        "mart_live",
        ("live_id",),
        columns(
            "text: live_id live_name; timestamp: started_at; count: viewers comments; money: gmv_amount;"
            "count: orders; money: net_sales; count: buyers; double: community_buyer_share;"
            "count: joins_24h; double: conversion_rate"
        ),
    )
    orders = _orders_by(world, "live_id")
    for row in world.rows["live_sessions"]:
        if not world.is_counted_time(row["started_at"]):
            continue
        start, end = _time_of(world, row)
        of_live = orders.get(row["live_id"], [])
        sales = sales_of(of_live)
        buyers = len(sales.buyers)
        inside = {order.member_id for order in of_live if order.is_in_community}
        table.rows.append(
            {name: row[name] for name in ("live_id", "live_name", "started_at", "viewers", "comments")}
            | {
                "gmv_amount": row["gmv_amount"],
                "orders": sales.orders,
                "net_sales": sales.net_sales,
                "buyers": buyers,
                "community_buyer_share": ratio(len(inside), buyers),
                "joins_24h": sum(start <= span.started_at <= end + LEAVE_WINDOW for span in world.spans),
                "conversion_rate": ratio(buyers, row["viewers"]),
            }
        )
    return table


def _time_of(world: World, row: Row) -> tuple[datetime, datetime]:
    """Start and end; without a known end, the end of the first day."""
    start: datetime = row["started_at"]
    return start, world.known(row["ended_at"]) or midnight(start.date() + DAY)


def activity(world: World) -> Table:
    """One row per activity that started by as_of_date; its time is [start, end)."""
    table = Table(
        "marts",
        "mart_activity",
        ("activity_id",),
        columns(
            "text: activity_id; count: target_members participants; double: participation_rate;"
            "count: new_participants messages_during messages_before joins_during orders buyers;"
            "money: net_sales gross_profit cost_amount; double: return_on_investment"
        ),
    )
    orders = _orders_by(world, "activity_id")
    participants: dict[str, set[str]] = defaultdict(set)
    for participation in world.participations:
        participants[participation.activity_id].add(participation.member_id)
    first = _first_activity(world.participations)
    sent_at = _valid_message_times(world)
    for row in world.rows["activities"]:
        if not world.is_counted_time(row["started_at"]):
            continue
        activity_id, group_id = row["activity_id"], row["group_id"]
        start, end = _time_of(world, row)
        spans = [span for span in world.spans if group_id in (None, span.group_id)]
        starting = [span for span in spans if start <= span.started_at < end]
        present = {span.member_id for span in spans if span.is_open_at(start)}
        target = len(present | {span.member_id for span in starting})
        took_part = participants.get(activity_id, set())
        sales = sales_of(orders.get(activity_id, ()))
        profit, cost = sales.gross_profit, row["cost_amount"]
        times = sent_at.get(group_id, [])
        table.rows.append(
            {
                "activity_id": activity_id,
                "target_members": target,
                "participants": len(took_part),
                "participation_rate": ratio(len(took_part), target),
                "new_participants": sum(first[member_id] == activity_id for member_id in took_part),
                "messages_during": _between(times, start, end),
                "messages_before": _between(times, start - (end - start), start),
                "joins_during": len(starting),
                "orders": sales.orders,
                "buyers": len(sales.buyers),
                "net_sales": sales.net_sales,
                "gross_profit": cents(profit),
                "cost_amount": cost,
                "return_on_investment": _return_on_investment(profit, cost),
            }
        )
    return table


def _first_activity(participations: Iterable[Participation]) -> dict[str, str]:
    """The activity of each member's first participation ever, ties by activity_id (R21)."""
    first: dict[str, str] = {}
    for participation in sorted(participations, key=lambda item: (item.participated_at, item.activity_id)):
        first.setdefault(participation.member_id, participation.activity_id)
    return first


def _valid_message_times(world: World) -> dict[str | None, list[datetime]]:
    """Times of valid messages in ascending order by group; None holds those of all groups."""
    times: dict[str | None, list[datetime]] = defaultdict(list)
    for message in world.messages:
        if message.is_valid:
            times[message.group_id].append(message.sent_at)
            times[None].append(message.sent_at)
    return {group_id: sorted(found) for group_id, found in times.items()}


def _between(times: list[datetime], first: datetime, end: datetime) -> int:
    """How many of the times lie in [first, end)."""
    return max(bisect_left(times, end) - bisect_left(times, first), 0)


def _return_on_investment(profit: Fraction | None, cost: Decimal | None) -> float | None:
    return None if profit is None or cost is None else ratio(profit - Fraction(cost), cost)
