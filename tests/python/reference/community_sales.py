"""mart_community_vs_outside."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from .calendar import periods
from .orders import Order
from .sales import sales_of
from .tables import Table, columns, ratio
from .world import World


def community_vs_outside(world: World) -> Table:
    """Periods month, quarter, year, all; a segment has a row where it has an order."""
    table = Table(
        "marts",
        "mart_community_vs_outside",
        ("period_type", "period_start", "segment"),
        columns(
            "text: period_type; date: period_start; text: segment; count: orders buyers; money: net_sales;"
            "double: average_order_value sales_per_buyer repurchase_rate"
        ),
    )
    for period_type in ("month", "quarter", "year", "all"):
        for period in periods(period_type, world.history_start, world.as_of):
            segments: dict[str, list[Order]] = defaultdict(list)
            for order in world.orders:
                if order.is_paid and period.holds(order.paid_date):
                    segments["community" if order.is_in_community else "outside"].append(order)
            for segment, orders in segments.items():
                sales = sales_of(orders)
                table.rows.append(
                    {
                        "period_type": period.type,
                        "period_start": period.start,
                        "segment": segment,
                        "orders": sales.orders,
                        "buyers": len(sales.buyers),
                        "net_sales": sales.net_sales,
                        "average_order_value": ratio(sales.net_sales, sales.orders),
                        "sales_per_buyer": ratio(sales.net_sales, len(sales.buyers)),
                        "repurchase_rate": _repurchase_rate(orders),
                    }
                )
    return table


def _repurchase_rate(orders: list[Order]) -> float | None:
    """Buyers with purchases on two dates or more (R11), of the buyers."""
    dates: dict[str, set[date]] = defaultdict(set)
    for order in orders:
        if order.member_id is not None:
            dates[order.member_id].add(order.paid_date)
    return ratio(sum(len(found) >= 2 for found in dates.values()), len(dates))
