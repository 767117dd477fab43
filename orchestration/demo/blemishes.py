"""What real exports bring along: rows sent twice, corrected later, and rows that are wrong."""

from __future__ import annotations

from datetime import datetime, timedelta

from orchestration.demo.sink import Sink

Row = dict[str, object]

BAD_CELLS: dict[str, tuple[tuple[str, object], ...]] = {
    "orders": (("paid_amount", "1,299.00"), ("order_status", "delivering")),
    "messages": (("sent_at", "2026-02-30 10:00:00"), ("sender_id", None), ("message_type", "sticker")),
    "members": (("gender", "女"), ("member_id", None)),
    "membership_events": (("event_type", "quit"), ("occurred_at", "昨天 20:15")),
    "refunds": (("refund_amount", "8.8元"),),
    "channel_spend": (("spend_date", "2026/13/01"),),
    "touches": (("touch_status", "read"),),
}
"""By entity the cells that make a row rejected, one row each."""

REPEATED = 60
"""Rows of each of these entities that are sent again unchanged; the bad ones stay few among them."""


def planted_rejects() -> int:
    """How many rows the gate rejects."""
    return sum(len(cells) for cells in BAD_CELLS.values())


def write_blemishes(sink: Sink) -> int:
    """Write the later files; returns how many rows in them replace an earlier one."""
    superseding = 0
    for entity, cells in BAD_CELLS.items():
        rows = sink.sample(entity)
        repeated = rows[:REPEATED]
        corrected = _corrected(entity, rows[REPEATED : len(rows) // 2])
        pairs = zip(rows[-len(cells) :], cells, strict=True)
        bad = [_spoiled(entity, row, cell, number) for number, (row, cell) in enumerate(pairs, 1)]
        sink.write_later(entity, repeated + corrected + bad)
        superseding += len(repeated) + len(corrected)
    return superseding


def _spoiled(entity: str, row: Row, cell: tuple[str, object], number: int) -> Row:
    """A new row with one cell that does not parse."""
    keys = {"orders": "order_id", "messages": "message_id", "members": "member_id", "refunds": "refund_id"}
    spoiled = dict(row)
    if entity in keys:
        spoiled[keys[entity]] = f"bad{number}"
    spoiled[cell[0]] = cell[1]
    return spoiled


def _corrected(entity: str, rows: list[Row]) -> list[Row]:
    """Rows as the vendor knows them a few days later."""
    if entity == "orders":
        arrived = {"paid": "shipped", "shipped": "completed"}
        moved = [row for row in rows if row["order_status"] in arrived][:40]
        return [row | {"order_status": arrived[str(row["order_status"])]} for row in moved]
    if entity == "messages":
        texts = [row for row in rows if row["message_type"] == "text"][:10]
        return [row | {"recalled_at": _later(row["sent_at"])} for row in texts]
    if entity == "members":
        return [row | {"city": "宁波"} for row in rows[:20]]
    if entity == "channel_spend":
        return [row | {"impressions": _raised(row["impressions"])} for row in rows[:30]]
    return []


def _later(moment: object) -> object:
    return moment + timedelta(seconds=60) if isinstance(moment, datetime) else moment


def _raised(count: object) -> object:
    return count + 100 if isinstance(count, int) else count
