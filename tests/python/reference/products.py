"""mart_product, mart_product_affinity and mart_repurchase_due."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, pairwise

from .calendar import periods
from .load import Row
from .orders import Order
from .quantiles import median
from .tables import Table, cents, columns, ratio
from .world import World

AFFINITY_DAYS = 180
DUE_SOON_DAYS = 7
LONGEST_CYCLE_DAYS = 36_500


@dataclass
class ProductSales:
    """The lines of one product in the paid orders of one period; cost and sales of lines with known cost."""

    units: int = 0
    orders: set[str] = field(default_factory=set)
    buyers: set[str] = field(default_factory=set)
    line_sales: Decimal = Decimal("0.00")
    known_sales: Decimal = Decimal("0.00")
    cost: Fraction | None = None

    @property
    def profit(self) -> Fraction | None:
        return None if self.cost is None else Fraction(self.known_sales) - self.cost

    @property
    def margin_rate(self) -> Fraction | None:
        if self.profit is None or self.known_sales == 0:
            return None
        return self.profit / Fraction(self.known_sales)


def _paid(world: World) -> list[Order]:
    return [order for order in world.orders if order.is_paid]


def product(world: World) -> Table:
    """Periods month and all; a product has a row where a paid order of the period holds it."""
    table = Table(
        "marts",
        "mart_product",
        ("period_type", "period_start", "product_id"),
        columns(
            "text: period_type; date: period_start; text: product_id product_role; count: units orders"
            " buyers; double: new_buyer_share; money: line_sales gross_profit; text: quadrant"
        ),
    )
    roles = {row["product_id"]: row["product_role"] for row in world.rows["products"]}
    first_held = {
        (order.member_id, line.product_id) for order in _paid(world) if order.is_first for line in order.lines
    }
    for period_type in ("month", "all"):
        for period in periods(period_type, world.history_start, world.as_of):
            sold = _sold([order for order in _paid(world) if period.holds(order.paid_date)])
            quadrants = _quadrants(sold)
            for product_id, found in sold.items():
                new = sum((buyer, product_id) in first_held for buyer in found.buyers)
                table.rows.append(
                    {
                        "period_type": period.type,
                        "period_start": period.start,
                        "product_id": product_id,
                        "product_role": roles.get(product_id),
                        "units": found.units,
                        "orders": len(found.orders),
                        "buyers": len(found.buyers),
                        "new_buyer_share": ratio(new, len(found.buyers)),
                        "line_sales": found.line_sales,
                        "gross_profit": cents(found.profit),
                        "quadrant": quadrants.get(product_id),
                    }
                )
    return table


def _sold(orders: list[Order]) -> dict[str, ProductSales]:
    sold: dict[str, ProductSales] = defaultdict(ProductSales)
    for order in orders:
        for line in order.lines:
            found = sold[line.product_id]
            found.units += line.quantity
            found.orders.add(order.order_id)
            if order.member_id is not None:
                found.buyers.add(order.member_id)
            found.line_sales += line.line_amount
            if line.unit_cost is not None:
                found.known_sales += line.line_amount
                found.cost = (found.cost or Fraction(0)) + line.quantity * Fraction(line.unit_cost)
    return sold


def _quadrants(sold: dict[str, ProductSales]) -> dict[str, str]:
    """High is at or above the median over the period's products; none without a margin rate."""
    margins = {name: found.margin_rate for name, found in sold.items()}
    known = [margin for margin in margins.values() if margin is not None]
    if not known:
        return {}
    middle_units = median([Fraction(found.units) for found in sold.values()])
    middle_margin = median(known)
    names = {(True, True): "star", (True, False): "cash", (False, True): "question", (False, False): "weak"}
    return {
        name: names[sold[name].units >= middle_units, margin >= middle_margin]
        for name, margin in margins.items()
        if margin is not None
    }


def product_affinity(world: World) -> Table:
    """Pairs of products that at least two paid orders of the last 180 days hold together."""
    table = Table(
        "marts",
        "mart_product_affinity",
        ("product_a", "product_b"),
        columns(
            "text: product_a product_b; count: orders_with_both; double: support confidence_a_to_b"
            " confidence_b_to_a lift"
        ),
    )
    first = world.as_of - timedelta(days=AFFINITY_DAYS - 1)
    baskets = [
        {line.product_id for line in order.lines}
        for order in _paid(world)
        if order.lines and order.paid_date >= first
    ]
    singles = Counter(name for basket in baskets for name in basket)
    pairs = Counter(pair for basket in baskets for pair in combinations(sorted(basket), 2))
    for (a, b), both in pairs.items():
        if both >= 2:
            table.rows.append(
                {
                    "product_a": a,
                    "product_b": b,
                    "orders_with_both": both,
                    "support": ratio(both, len(baskets)),
                    "confidence_a_to_b": ratio(both, singles[a]),
                    "confidence_b_to_a": ratio(both, singles[b]),
                    "lift": ratio(both * len(baskets), singles[a] * singles[b]),
                }
            )
    return table


def repurchase_due(world: World) -> Table:
    """One row per buyer and product with a cycle, from the dates of its purchases (R11)."""
    table = Table(
        "marts",
        "mart_repurchase_due",
        ("member_id", "product_id"),
        columns(
            "text: member_id product_id; date: last_purchase_date; count: cycle_days; date: due_date;"
            "count: days_until_due; bool: is_due"
        ),
    )
    cycles = {
        row["product_id"]: cycle
        for row in world.rows["products"]
        if (cycle := row["repurchase_cycle_days"]) is not None and 0 <= cycle <= LONGEST_CYCLE_DAYS
    }
    dates: dict[tuple[str, str], set[date]] = defaultdict(set)
    for order in _paid(world):
        for line in order.lines:
            if order.member_id is not None and line.product_id in cycles:
                dates[order.member_id, line.product_id].add(order.paid_date)
    for (member_id, product_id), bought in dates.items():
        table.rows.append(
            {"member_id": member_id, "product_id": product_id}
            | _due(world.as_of, sorted(bought), cycles[product_id])
        )
    return table


def _due(as_of: date, bought: list[date], product_cycle: int) -> Row:
    cycle = product_cycle
    if len(bought) >= 3:
        gaps = [Fraction((later - earlier).days) for earlier, later in pairwise(bought)]
        # A median of whole numbers is whole or ends in a half, which is rounded up.
        cycle = -int(-median(gaps) // 1)
    due = bought[-1] + timedelta(days=cycle)
    days_until_due = (due - as_of).days
    return {
        "last_purchase_date": bought[-1],
        "cycle_days": cycle,
        "due_date": due,
        "days_until_due": days_until_due,
        "is_due": -cycle < days_until_due <= DUE_SOON_DAYS,
    }
