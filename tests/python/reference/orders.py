"""Paid orders, their net sales and cost (R8), and the community they belong to (R9)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from .load import Row

if TYPE_CHECKING:
    from .world import Scope, World


@dataclass(frozen=True)
class Line:
    """A line of an order; the cost is the line's own, else the product's."""

    product_id: str
    quantity: int
    line_amount: Decimal
    unit_cost: Decimal | None


@dataclass
class Order:
    """An order that was placed by as_of_date; the money fields mean something only where `is_paid`.

    Attributes:
        cost_of_goods: Exact, None where unknown.
        scopes: The scopes the order belongs to; empty outside the community.
    """

    order_id: str
    member_id: str | None
    paid_at: datetime | None
    is_paid: bool
    paid_amount: Decimal
    net_sales: Decimal
    cost_of_goods: Fraction | None
    attributed_group_id: str | None
    scopes: set[Scope]
    activity_id: str | None
    live_id: str | None
    lines: list[Line]
    goods_amount: Decimal | None
    discount_amount: Decimal | None
    is_first: bool = False

    @property
    def paid_date(self) -> date:
        assert self.paid_at is not None
        return self.paid_at.date()

    @property
    def is_in_community(self) -> bool:
        return self.attributed_group_id is not None


def read_orders(world: World, rows: dict[str, list[Row]]) -> list[Order]:
    """All orders, with the first paid one of each buyer marked (earliest payment, ties by order_id)."""
    refunds: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows["refunds"]:
        if world.is_counted_time(row["refunded_at"]):
            refunds[row["order_id"]] += row["refund_amount"]
    unit_costs = {row["product_id"]: row["unit_cost"] for row in rows["products"]}
    items: dict[str, list[Line]] = defaultdict(list)
    for row in rows["order_items"]:
        own = row["unit_cost"]
        unit_cost = own if own is not None else unit_costs.get(row["product_id"])
        items[row["order_id"]].append(Line(row["product_id"], row["quantity"], row["line_amount"], unit_cost))
    orders = [
        _order(world, row, refunds[row["order_id"]], items[row["order_id"]])
        for row in rows["orders"]
        if world.is_counted_time(row["ordered_at"])
    ]
    firsts: dict[str, Order] = {}
    for order in sorted(
        (order for order in orders if order.is_paid), key=lambda item: (item.paid_at, item.order_id)
    ):
        if order.member_id is not None and order.member_id not in firsts:
            firsts[order.member_id] = order
            order.is_first = True
    return orders


def _order(world: World, row: Row, refunded: Decimal, lines: list[Line]) -> Order:
    buyer, paid_at = row["member_id"], world.known(row["paid_at"])
    by_staff = buyer is not None and not world.people.is_customer(buyer)
    is_paid = row["order_status"] != "created" and not by_staff
    net_sales = max(row["paid_amount"] - refunded, Decimal("0.00"))
    attributed, scopes = None, set()
    if paid_at is not None and is_paid:
        attributed = _attributed_group(world, buyer, paid_at, row["group_id"])
        scopes = world.scopes_of_member_at(buyer, paid_at)
    cost = _cost(lines, row["paid_amount"], net_sales)
    return Order(
        row["order_id"],
        buyer,
        paid_at,
        is_paid and paid_at is not None,
        row["paid_amount"],
        net_sales,
        cost,
        attributed,
        scopes,
        row["activity_id"],
        row["live_id"],
        lines,
        row["goods_amount"],
        row["discount_amount"],
    )


def _cost(lines: list[Line], paid_amount: Decimal, net_sales: Decimal) -> Fraction | None:
    """Cost of the part that was kept; unknown without lines or with a line without cost."""
    if not lines:
        return None
    cost = Fraction(0)
    for line in lines:
        if line.unit_cost is None:
            return None
        cost += line.quantity * Fraction(line.unit_cost)
    return cost if paid_amount == 0 else cost * Fraction(net_sales) / Fraction(paid_amount)


def _attributed_group(
    world: World, buyer: str | None, paid_at: datetime, own_group_id: str | None
) -> str | None:
    """The order's own group where the buyer was in it, else the open span that started last."""
    spans = world.open_spans(buyer, paid_at)
    if not spans:
        return None
    if any(span.group_id == own_group_id for span in spans):
        return own_group_id
    latest = max(span.started_at for span in spans)
    return min(span.group_id for span in spans if span.started_at == latest)
