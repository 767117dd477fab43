"""mart_channel_roi (R12, R13)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from .calendar import Period, periods
from .load import Row
from .orders import Order
from .sales import sales_of
from .spans import Span
from .tables import Table, cents, columns, ratio
from .world import UNKNOWN, World


class ChannelFacts:
    """The customers, join events and spend of one channel."""

    def __init__(self) -> None:
        self.first_spans: dict[str, Span] = {}
        self.join_dates: list[date] = []
        self.spend: list[Row] = []

    @property
    def first_date(self) -> date:
        """The first of its customers, join events and spend."""
        acquired = [span.start_date for span in self.first_spans.values()]
        spent: list[date] = [row["spend_date"] for row in self.spend]
        return min(acquired + self.join_dates + spent)


def channel_roi(world: World) -> Table:
    """One row per period and channel, from the channel's first customer, join event or spend on."""
    table = Table(
        "marts",
        "mart_channel_roi",
        ("period_type", "period_start", "channel_id"),
        columns(
            "text: period_type; date: period_start; text: channel_id channel_name; count: impressions"
            " clicks invited"
            " new_members joins; double: join_rate_by_exposure join_rate_by_invitation retention_rate_7d"
            " retention_rate_30d; count: buyers first_time_buyers orders; money: net_sales gross_profit"
            " cost_amount"
            " ad_cost_amount; double: cost_per_new_member customer_acquisition_cost return_on_ad_spend"
            " return_on_investment cost_to_sales_ratio channel_conversion_rate channel_share"
        ),
    )
    channels = _channels(world)
    orders: dict[str, list[Order]] = defaultdict(list)
    for order in world.orders:
        if order.is_paid and order.member_id is not None:
            orders[order.member_id].append(order)
    for period_type in ("month", "quarter", "year", "all"):
        for period in periods(period_type, world.history_start, world.as_of):
            found = [
                _row(world, period, channel_id, facts, orders)
                for channel_id, facts in channels.items()
                if facts.first_date <= period.end
            ]
            new_members = sum(row["new_members"] for row in found)
            for row in found:
                row["channel_share"] = ratio(row["new_members"], new_members)
            table.rows.extend(found)
    return table


def _channels(world: World) -> dict[str, ChannelFacts]:
    channels: dict[str, ChannelFacts] = defaultdict(ChannelFacts)
    for member_id in world.spans_of_member:
        span = world.first_span(member_id)
        if span is not None:
            channels[span.channel_id or UNKNOWN].first_spans[member_id] = span
    for span in world.spans:
        if span.join_source == "event":
            channels[span.channel_id or UNKNOWN].join_dates.append(span.start_date)
    for row in world.spend:
        channels[row["channel_id"]].spend.append(row)
    return channels


def _row(
    world: World, period: Period, channel_id: str, facts: ChannelFacts, orders: dict[str, list[Order]]
) -> Row:
    first, last = period.start, period.effective_end
    spend = [row for row in facts.spend if first <= row["spend_date"] <= last]
    impressions, clicks, invited = (
        sum(row[name] or 0 for row in spend) for name in ("impressions", "clicks", "invited")
    )
    cost = sum((row["cost_amount"] for row in spend), Decimal("0.00"))
    new = {member: span for member, span in facts.first_spans.items() if first <= span.start_date <= last}
    sales = sales_of(
        order
        for member in facts.first_spans
        for order in orders.get(member, ())
        if first <= order.paid_date <= last
    )
    acquired = [member for member, span in facts.first_spans.items() if span.start_date <= last]
    converted = [
        member for member in acquired if any(order.paid_date <= last for order in orders.get(member, ()))
    ]
    profit = sales.gross_profit
    return {
        "period_type": period.type,
        "period_start": first,
        "channel_id": channel_id,
        "channel_name": world.channel_names.get(channel_id),
        "impressions": impressions,
        "clicks": clicks,
        "invited": invited,
        "new_members": len(new),
        "joins": sum(first <= day <= last for day in facts.join_dates),
        "join_rate_by_exposure": ratio(len(new), impressions),
        "join_rate_by_invitation": ratio(len(new), invited),
        "retention_rate_7d": _retention_rate(world, new, 7),
        "retention_rate_30d": _retention_rate(world, new, 30),
        "buyers": len(sales.buyers),
        "first_time_buyers": len(sales.first_time_buyers),
        "orders": sales.orders,
        "net_sales": sales.net_sales,
        "gross_profit": cents(profit),
        "cost_amount": cost,
        "ad_cost_amount": sum(
            (row["cost_amount"] for row in spend if row["cost_kind"] == "ad"), Decimal("0.00")
        ),
        "cost_per_new_member": ratio(cost, len(new)),
        "customer_acquisition_cost": ratio(cost, len(sales.first_time_buyers)),
        "return_on_ad_spend": ratio(sales.net_sales, cost),
        "return_on_investment": None if profit is None else ratio(profit - Fraction(cost), cost),
        "cost_to_sales_ratio": ratio(cost, sales.net_sales),
        "channel_conversion_rate": ratio(len(converted), len(acquired)),
    }


def _retention_rate(world: World, new: dict[str, Span], number: int) -> float | None:
    """Bounded membership retention in scope all; an opening span enters no cohort (R16)."""
    eligible = {
        member: day
        for member, span in new.items()
        if span.join_source != "opening" and (day := span.start_date + timedelta(days=number)) <= world.as_of
    }
    retained = [
        member
        for member, day in eligible.items()
        if any(span.covers_end_of(day) for span in world.spans_of_member[member])
    ]
    return ratio(len(retained), len(eligible))
