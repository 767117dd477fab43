"""Sums over a list of paid orders, as several marts show them (R8, R10)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .orders import Order


@dataclass(frozen=True)
class Sales:
    """Orders summed; cost and gross profit are None where no order has a known cost."""

    orders: int
    buyers: set[str]
    first_time_buyers: set[str]
    gross_sales: Decimal
    net_sales: Decimal
    known_net_sales: Decimal
    cost_of_goods: Fraction | None

    @property
    def gross_profit(self) -> Fraction | None:
        return None if self.cost_of_goods is None else Fraction(self.known_net_sales) - self.cost_of_goods


def sales_of(orders: Iterable[Order]) -> Sales:
    """Sum the orders; each is counted once."""
    found = list(orders)
    costed = [order for order in found if order.cost_of_goods is not None]
    zero = Decimal("0.00")
    return Sales(
        orders=len(found),
        buyers={order.member_id for order in found if order.member_id is not None},
        first_time_buyers={
            order.member_id for order in found if order.is_first and order.member_id is not None
        },
        gross_sales=sum((order.paid_amount for order in found), zero),
        net_sales=sum((order.net_sales for order in found), zero),
        known_net_sales=sum((order.net_sales for order in costed), zero),
        cost_of_goods=sum((order.cost_of_goods or Fraction(0) for order in costed), Fraction(0))
        if costed
        else None,
    )
