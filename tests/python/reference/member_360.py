"""mart_member_360: one line about every customer seen."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from .contract import MEMBER_ID_COLUMNS
from .load import Row
from .messages import Message
from .orders import Order
from .tables import Table, columns
from .world import World

# What stands alone as a mobile number is masked before it is published (D7).
_MOBILE = re.compile(r"(?<![0-9a-fA-F])(1[3-9]\d)\d{4}(\d{4})(?![0-9a-fA-F])")
BANDS = ("low", "medium", "high")


def member_360(world: World, rfm: Table, user_type: Table, churn_risk: Table) -> Table:
    """One row per customer that some landed row names."""
    table = Table(
        "marts",
        "mart_member_360",
        ("member_id",),
        columns(
            "text: member_id first_channel_id; count: groups_now; timestamp: first_joined_at last_active_at;"
            "count: messages_28d; money: net_sales_total; count: orders_total;"
            "text: rfm_segment user_type churn_risk_band tags; double: profile_completeness_rate"
        ),
    )
    segments = {row["member_id"]: row["segment"] for row in rfm.rows}
    types = {row["member_id"]: row["user_type"] for row in user_type.rows}
    bands: dict[str, set[str]] = defaultdict(set)
    for row in churn_risk.rows:
        bands[row["member_id"]].add(row["risk_band"])
    messages: dict[str, list[Message]] = defaultdict(list)
    for message in world.messages:
        if message.is_valid:
            messages[message.member_id].append(message)
    orders: dict[str, list[Order]] = defaultdict(list)
    for order in world.orders:
        if order.is_paid and order.member_id is not None:
            orders[order.member_id].append(order)
    tags = _tags(world)
    recent = world.as_of - timedelta(days=27)
    for person in _seen(world):
        spans = world.spans_of_member.get(person, [])
        first = world.first_span(person)
        said, paid = messages.get(person, []), orders.get(person, [])
        table.rows.append(
            {
                "member_id": person,
                "first_channel_id": world.first_channel(person),
                "groups_now": len({span.group_id for span in spans if span.covers_end_of(world.as_of)}),
                "first_joined_at": first.started_at if first else None,
                "last_active_at": max((message.sent_at for message in said), default=None),
                "messages_28d": sum(message.sent_date >= recent for message in said),
                "net_sales_total": sum((order.net_sales for order in paid), Decimal("0.00")),
                "orders_total": len(paid),
                "rfm_segment": segments.get(person),
                "user_type": types.get(person),
                "churn_risk_band": max(bands.get(person, set()), key=BANDS.index, default=None),
                "tags": ", ".join(sorted(tags.get(person, set()))) or None,
                "profile_completeness_rate": _completeness(world.people.records.get(person)),
            }
        )
    return table


def _seen(world: World) -> set[str]:
    """Customers whom any kept row of any entity names."""
    named = {
        row[column]
        for rows in world.rows.values()
        for row in rows
        for column in MEMBER_ID_COLUMNS
        if row.get(column) is not None
    }
    return {person for person in named if world.people.is_customer(person)}


def _tags(world: World) -> dict[str, set[str]]:
    """Tags that are there at the end of as_of_date: set by then or whenever, and not removed by then."""
    tags: dict[str, set[str]] = defaultdict(set)
    for row in world.rows["member_tags"]:
        is_set = row["tagged_at"] is None or world.is_counted_time(row["tagged_at"])
        if is_set and not world.is_counted_time(row["removed_at"]):
            tags[row["member_id"]].add(_MOBILE.sub(r"\1****\2", row["tag"]))
    return tags


def _completeness(record: Row | None) -> float:
    """Filled of phone, gender, city, birthday and unionid; gender `unknown` is not filled."""
    if record is None:
        return 0.0
    filled = [record[name] is not None for name in ("phone", "city", "birthday", "unionid")]
    return (sum(filled) + (record["gender"] in ("male", "female"))) / 5
