"""mart_rfm: scores, segments and tiers of the buyers of the window."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from .orders import Order
from .quantiles import quantile
from .seeds import seed
from .tables import Table, columns
from .world import World

SEGMENTS = {
    "HHH": ("champion", "重要价值客户"),
    "HLH": ("develop", "重要发展客户"),
    "LHH": ("keep", "重要保持客户"),
    "LLH": ("win_back", "重要挽留客户"),
    "HHL": ("general_value", "一般价值客户"),
    "HLL": ("general_develop", "一般发展客户"),
    "LHL": ("general_keep", "一般保持客户"),
    "LLL": ("general_win_back", "一般挽留客户"),
}


def rfm(world: World) -> Table:
    """Customers with a paid order in the window that ends on as_of_date, anywhere."""
    table = Table(
        "marts",
        "mart_rfm",
        ("member_id",),
        columns(
            "text: member_id; count: recency_days frequency; money: monetary; count: recency_score"
            " frequency_score"
            " monetary_score rfm_score; text: segment segment_zh segment_11 value_tier; bool: is_in_community"
        ),
    )
    first = world.as_of - timedelta(days=world.parameters.rfm_window_days - 1)
    orders: dict[str, list[Order]] = defaultdict(list)
    for order in world.orders:
        if order.is_paid and order.member_id is not None and order.paid_date >= first:
            orders[order.member_id].append(order)
    members = sorted(orders)
    recency = [(world.as_of - max(order.paid_date for order in orders[member])).days for member in members]
    frequency = [len(orders[member]) for member in members]
    monetary = [sum((order.net_sales for order in orders[member]), Decimal("0.00")) for member in members]
    recency_above, frequency_above = _cut_points_below(recency), _cut_points_below(frequency)
    monetary_above = _cut_points_below(monetary)
    segments_11 = {
        (int(row["recency_score"]), int(row["frequency_score"])): row["segment_11"]
        for row in seed("rfm_segments_11")
    }
    means = [_mean(values) for values in (recency, frequency, monetary)]
    for index, member in enumerate(members):
        r, f, m = 5 - recency_above[index], 1 + frequency_above[index], 1 + monetary_above[index]
        high = (recency[index] <= means[0], frequency[index] > means[1], Fraction(monetary[index]) > means[2])
        segment, segment_zh = SEGMENTS["".join("H" if flag else "L" for flag in high)]
        tier = "ordinary" if f < 4 else ("high_value_loyal" if m >= 4 else "loyal")
        table.rows.append(
            {
                "member_id": member,
                "recency_days": recency[index],
                "frequency": frequency[index],
                "monetary": monetary[index],
                "recency_score": r,
                "frequency_score": f,
                "monetary_score": m,
                "rfm_score": 100 * r + 10 * f + m,
                "segment": segment,
                "segment_zh": segment_zh,
                "segment_11": segments_11[r, f],
                "value_tier": tier,
                "is_in_community": any(
                    span.covers_end_of(world.as_of) for span in world.spans_of_member.get(member, ())
                ),
            }
        )
    return table


def _cut_points_below(values: Sequence[int | Decimal]) -> list[int]:
    """For each value: how many of the cut points p20, p40, p60, p80 it is strictly above."""
    ordered = sorted(Fraction(value) for value in values)
    cuts = [_rounded(quantile(ordered, Fraction(fifth, 5))) for fifth in (1, 2, 3, 4)] if ordered else []
    return [sum(Fraction(value) > cut for cut in cuts) for value in values]


def _mean(values: Sequence[int | Decimal]) -> Fraction:
    return (
        _rounded(sum((Fraction(value) for value in values), Fraction(0)) / len(values))
        if values
        else Fraction(0)
    )


def _rounded(value: Fraction) -> Fraction:
    """To 6 decimals."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return Fraction(exact.quantize(Decimal("0.000001"), ROUND_HALF_UP))
