"""mart_attribution (R17)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from math import fsum

from .calendar import Period, periods
from .orders import Order
from .tables import Table, cents, columns, ratio
from .world import World

UNATTRIBUTED = "unattributed"
Weights = list[Fraction] | list[float]


@dataclass(frozen=True, order=True)
class Step:
    """A step of a path; steps sort by time, a join before a touch, then by channel."""

    at: datetime
    is_touch: bool
    channel_id: str


def _first(ages: list[timedelta], half_life_days: float) -> Weights:
    return [Fraction(index == 0) for index in range(len(ages))]


def _last(ages: list[timedelta], half_life_days: float) -> Weights:
    return [Fraction(index == len(ages) - 1) for index in range(len(ages))]


def _linear(ages: list[timedelta], half_life_days: float) -> Weights:
    return [Fraction(1, len(ages))] * len(ages)


def _position_based(ages: list[timedelta], half_life_days: float) -> Weights:
    if len(ages) <= 2:
        return _linear(ages, half_life_days)
    inner = len(ages) - 2
    return [Fraction(2, 5), *[Fraction(1, 5 * inner)] * inner, Fraction(2, 5)]


def _time_decay(ages: list[timedelta], half_life_days: float) -> Weights:
    raw = [2.0 ** (-(age / timedelta(days=1)) / half_life_days) for age in ages]
    total = fsum(raw)
    return [weight / total for weight in raw]


MODELS: dict[str, Callable[[list[timedelta], float], Weights]] = {
    "first": _first,
    "last": _last,
    "linear": _linear,
    "position_based": _position_based,
    "time_decay": _time_decay,
}


def attribution(world: World) -> Table:
    """Periods month and all; every model and channel that is in a path or has spend in the period."""
    table = Table(
        "marts",
        "mart_attribution",
        ("period_type", "period_start", "model", "channel_id"),
        columns(
            "text: period_type; date: period_start; text: model channel_id; double: attributed_orders;"
            "money: attributed_net_sales cost_amount; double: return_on_ad_spend"
        ),
    )
    steps = _steps(world)
    paths = [
        (order, _path(world, order.paid_at, steps.get(order.member_id, [])))
        for order in world.orders
        if order.is_paid and order.member_id is not None and order.paid_at is not None
    ]
    for period_type in ("month", "all"):
        for period in periods(period_type, world.history_start, world.as_of):
            of_period = [(order, path) for order, path in paths if period.holds(order.paid_date)]
            _add_rows(world, table, period, of_period)
    return table


def _steps(world: World) -> dict[str, list[Step]]:
    """Delivered touches and join events with a channel, by member, in the order of paths."""
    steps: dict[str, list[Step]] = defaultdict(list)
    for touch in world.touches:
        if touch.is_delivered and touch.channel_id is not None:
            steps[touch.member_id].append(Step(touch.touched_at, True, touch.channel_id))
    for span in world.spans:
        if span.join_source == "event" and span.channel_id is not None:
            steps[span.member_id].append(Step(span.started_at, False, span.channel_id))
    return {member_id: sorted(found) for member_id, found in steps.items()}


def _path(world: World, paid_at: datetime, steps: list[Step]) -> list[Step]:
    lookback = timedelta(days=world.parameters.attribution_lookback_days)
    return [step for step in steps if step.at <= paid_at and paid_at - step.at < lookback]


def _add_rows(world: World, table: Table, period: Period, paths: list[tuple[Order, list[Step]]]) -> None:
    costs: dict[str, Fraction] = defaultdict(Fraction)
    for row in world.spend:
        if period.holds(row["spend_date"]):
            costs[row["channel_id"]] += Fraction(row["cost_amount"])
    for model, weigh in MODELS.items():
        orders: dict[str, list[Fraction]] = {channel_id: [] for channel_id in costs}
        sales: dict[str, list[Fraction]] = defaultdict(list)
        for order, path in paths:
            assert order.paid_at is not None
            ages = [order.paid_at - step.at for step in path]
            weights = weigh(ages, world.parameters.attribution_half_life_days) if path else [Fraction(1)]
            channels = [step.channel_id for step in path] or [UNATTRIBUTED]
            for channel_id, weight in zip(channels, weights, strict=True):
                orders.setdefault(channel_id, []).append(Fraction(weight))
                sales[channel_id].append(Fraction(weight) * Fraction(order.net_sales))
        for channel_id, weights_of_channel in orders.items():
            net_sales = sum(sales[channel_id], Fraction(0))
            cost = costs.get(channel_id, Fraction(0))
            table.rows.append(
                {
                    "period_type": period.type,
                    "period_start": period.start,
                    "model": model,
                    "channel_id": channel_id,
                    "attributed_orders": fsum(weights_of_channel),
                    "attributed_net_sales": cents(net_sales),
                    "cost_amount": cents(cost),
                    "return_on_ad_spend": ratio(net_sales, cost),
                }
            )
