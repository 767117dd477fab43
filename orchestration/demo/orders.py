"""Orders inside and outside the community, their lines and refunds."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa

from orchestration.demo import columns
from orchestration.demo import vocabulary as words
from orchestration.demo.activities import GROUP_BUYING, Activities
from orchestration.demo.goods import Goods, choose
from orchestration.demo.groups import Groups
from orchestration.demo.live import LiveSessions
from orchestration.demo.people import People, staff_ids
from orchestration.demo.plan import DAY, FOREVER, HOUR, NONE, Bools, Ints, Plan, Window
from orchestration.demo.rhythm import WEEKDAY_KEPT, at_people_hours, draw, interest, kept_by_weekday
from orchestration.demo.spans import Spans

STATUSES = ("created", "paid", "shipped", "completed", "closed")
_CREATED, _PAID, _SHIPPED, _COMPLETED, _CLOSED = range(5)
_INTEREST = (16.0, 0.3)
_IN_SPANS, _OUTSIDE, _ANONYMOUS, _STAFF = 0.72, 0.13, 0.03, 0.004
_AGAIN = 0.5
_LIVE_PART, _GROUP_BUY_PART = 0.06, 0.18


@dataclass(frozen=True)
class Orders:
    """In order of time; money in cents.

    Attributes:
        buyer: Person number, NONE where anonymous.
        span: The membership in which it was ordered, NONE outside the community.
        product: Of the first line.
        activity, live: Number, NONE without.
        paid_at: FOREVER where unpaid.
        refund: Refunded in all, by the end of the demo.
    """

    buyer: Ints
    span: Ints
    moment: Ints
    product: Ints
    activity: Ints
    live: Ints
    lines: Ints
    goods_amount: Ints
    discount: Ints
    freight: Ints
    paid: Ints
    paid_at: Ints
    status: Ints
    refund: Ints
    refund_at: Ints

    def __len__(self) -> int:
        return len(self.buyer)

    def during(self, window: Window) -> slice:
        """The orders of one month."""
        low, high = np.searchsorted(self.moment, [window.start, window.end])
        return slice(int(low), int(high))


@dataclass(frozen=True)
class Lines:
    """In order of their orders; money in cents, NONE where unknown."""

    order: Ints
    number: Ints
    product: Ints
    quantity: Ints
    amount: Ints
    cost: Ints


@dataclass(frozen=True)
class _Baskets:
    """What becomes an order."""

    buyer: Ints
    span: Ints
    moment: Ints
    product: Ints
    activity: Ints
    live: Ints


def invent_orders(
    plan: Plan,
    people: People,
    groups: Groups,
    spans: Spans,
    goods: Goods,
    activities: Activities,
    live: LiveSessions,
) -> tuple[Orders, Lines]:
    """All orders of the plan with their lines."""
    rng = plan.rng("orders")
    baskets = _concat([
        _member_baskets(rng, plan, people, groups, spans, goods, activities, live),
        _outside_baskets(rng, plan, people, goods),
    ])  # fmt: skip
    baskets = _concat([baskets, *_bought_again(rng, plan, spans, goods, baskets)])
    order = np.argsort(baskets.moment, kind="stable")
    baskets = _Baskets(**{field.name: getattr(baskets, field.name)[order] for field in fields(_Baskets)})
    lines = _lines(rng, goods, baskets)
    return _priced(rng, plan, goods, baskets, lines), lines


def _concat(parts: list[_Baskets]) -> _Baskets:
    names = [field.name for field in fields(_Baskets)]
    return _Baskets(**{name: columns.joined([getattr(part, name) for part in parts]) for name in names})


def _baskets(
    buyer: Ints,
    span: Ints,
    moment: Ints,
    product: Ints,
    activity: Ints | None = None,
    live: Ints | None = None,
) -> _Baskets:
    none = np.full(len(buyer), NONE)
    return _Baskets(
        buyer, span, moment, product, none if activity is None else activity, none if live is None else live
    )


def _member_baskets(
    rng: np.random.Generator,
    plan: Plan,
    people: People,
    groups: Groups,
    spans: Spans,
    goods: Goods,
    activities: Activities,
    live: LiveSessions,
) -> _Baskets:
    rate = people.spending[spans.member] * groups.buy[spans.group]
    start, stop = np.maximum(spans.start, plan.start), np.minimum(spans.end, plan.end)
    days = interest(stop - spans.start, *_INTEREST) - interest(start - spans.start, *_INTEREST)
    expected = np.maximum(days, 0) * rate
    repeats = rng.poisson(expected * plan.orders * _IN_SPANS / expected.sum() / WEEKDAY_KEPT)
    span = np.repeat(np.arange(len(spans)), repeats)
    moment = start[span] + (rng.random(len(span)) * (stop - start)[span]).astype(np.int64)
    kept = kept_by_weekday(rng, moment)
    span, moment = span[kept], moment[kept]
    shopped = at_people_hours(rng, moment)
    moment = np.where(spans.alive(span, shopped) & (shopped < plan.end), shopped, moment)
    activity = _drawn_by_activity(rng, groups, spans, activities, span)
    lured = activity >= 0
    moment[lured] = activities.start[activity[lured]] + rng.integers(60, 30 * HOUR, int(lured.sum()))
    session = np.where(
        lured | (rng.random(len(span)) >= _LIVE_PART), NONE, rng.integers(0, len(live.start), len(span))
    )
    watching = session >= 0
    moment[watching] = live.start[session[watching]] + rng.integers(0, 90 * 60, int(watching.sum()))
    inside = spans.alive(span, moment) & (moment < plan.end)
    span, moment, activity, session = span[inside], moment[inside], activity[inside], session[inside]
    own = rng.random(len(span)) < 0.6
    category = np.where(own, groups.category[spans.group[span]], rng.integers(0, 4, len(span)))
    category = np.where(activity >= 0, activities.category[activity], category)
    return _baskets(spans.member[span], span, moment, choose(rng, goods, category, moment), activity, session)


def _drawn_by_activity(
    rng: np.random.Generator, groups: Groups, spans: Spans, activities: Activities, span: Ints
) -> Ints:
    """For some orders a group buying of their group, NONE where it has none."""
    buying = np.flatnonzero((activities.kind == GROUP_BUYING) & (activities.group >= 0))
    buying = buying[np.argsort(activities.group[buying], kind="stable")]
    bounds = np.searchsorted(activities.group[buying], np.arange(groups.count + 1))
    group = spans.group[span]
    size = bounds[group + 1] - bounds[group]
    place = bounds[group] + (rng.random(len(span)) * size).astype(np.int64)
    chosen = (size > 0) & (rng.random(len(span)) < _GROUP_BUY_PART)
    return (
        np.where(chosen, buying[np.minimum(place, len(buying) - 1)], NONE)
        if len(buying)
        else np.full(len(span), NONE)
    )


def _outside_baskets(rng: np.random.Generator, plan: Plan, people: People, goods: Goods) -> _Baskets:
    """Orders of people who are in no group, of nobody known, and a few by staff and shills."""
    outside, anonymous, staff = (round(plan.orders * part) for part in (_OUTSIDE, _ANONYMOUS, _STAFF))
    buyer = columns.joined([
        people.customers + (people.outsiders * rng.random(outside) ** 1.5).astype(np.int64),
        np.full(anonymous, NONE),
        rng.integers(people.first_staff, people.count, staff),
    ])  # fmt: skip
    moment = at_people_hours(rng, plan.start + (rng.random(len(buyer)) * plan.days * DAY).astype(np.int64))
    product = choose(rng, goods, rng.integers(0, 4, len(buyer)), moment)
    return _baskets(buyer, np.full(len(buyer), NONE), moment, product)


def _bought_again(
    rng: np.random.Generator, plan: Plan, spans: Spans, goods: Goods, baskets: _Baskets
) -> list[_Baskets]:
    """Half of what wears out is bought again after about its cycle, also by some who left the group."""
    parts = []
    for _ in range(8):
        again = (
            (goods.cycle[baskets.product] > 0)
            & (rng.random(len(baskets.buyer)) < _AGAIN)
            & (baskets.buyer >= 0)
        )
        buyer, span, product = baskets.buyer[again], baskets.span[again], baskets.product[again]
        days = goods.cycle[product] * np.exp(rng.normal(0, 0.2, len(buyer)))
        moment = at_people_hours(rng, baskets.moment[again] + (days * DAY).astype(np.int64))
        inside = (span >= 0) & spans.alive(span, moment)
        kept = (moment < plan.end) & (inside | (rng.random(len(buyer)) < 0.3))
        span = np.where(inside, span, NONE)
        baskets = _baskets(buyer[kept], span[kept], moment[kept], product[kept])
        parts.append(baskets)
    return parts


def _lines(rng: np.random.Generator, goods: Goods, baskets: _Baskets) -> Lines:
    """One to four lines an order; the second is often the first's partner."""
    count = len(baskets.buyer)
    sizes = np.minimum(1 + rng.poisson(0.55, count), 4)
    order = np.repeat(np.arange(count), sizes)
    number = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    first = baskets.product[order]
    other = choose(
        rng,
        goods,
        np.where(rng.random(len(order)) < 0.4, goods.category[first], rng.integers(0, 4, len(order))),
        baskets.moment[order],
    )
    partner = goods.partner[first]
    paired = (number == 1) & (partner >= 0) & (rng.random(len(order)) < 0.5)
    product = np.where(number == 0, first, np.where(paired, partner, other))
    quantity = np.minimum(rng.geometric(0.78, len(order)), 6)
    price = np.where(rng.random(len(order)) < 0.2, goods.price[product] * 9 // 10, goods.price[product])
    cost = goods.cost[product]
    own_cost = (cost >= 0) & (rng.random(len(order)) < 0.3)
    revised = (np.maximum(cost, 0) * rng.uniform(0.95, 1.08, len(order))).astype(np.int64)
    return Lines(order, number + 1, product, quantity, price * quantity, np.where(own_cost, revised, NONE))


def _priced(rng: np.random.Generator, plan: Plan, goods: Goods, baskets: _Baskets, lines: Lines) -> Orders:
    count = len(baskets.buyer)
    goods_amount = np.bincount(lines.order, weights=lines.amount, minlength=count).astype(np.int64)
    cut = np.where(rng.random(count) < 0.38, rng.uniform(0.03, 0.22, count), 0.0)
    cut = np.where(baskets.activity >= 0, np.maximum(cut, 0.12), cut)
    cut = np.where(rng.random(count) < 0.004, 1.0, cut)
    discount = (goods_amount * cut).astype(np.int64)
    freight = np.where((goods_amount >= 3_900) | (cut == 1.0), 0, rng.choice(np.array([0, 600, 800]), count))
    paid_at = baskets.moment + 6 + rng.exponential(110, count).astype(np.int64)
    luck = rng.random(count)
    unpaid = (luck < 0.065) | (paid_at >= plan.end)
    age = plan.end - baskets.moment
    status = np.where(age < 3 * DAY, _PAID, np.where(age < 9 * DAY, _SHIPPED, _COMPLETED))
    status = np.where(unpaid, np.where((luck < 0.03) & (age < 5 * DAY), _CREATED, _CLOSED), status)
    paid_at = np.where(unpaid, FOREVER, paid_at)
    paid = np.where(unpaid, 0, goods_amount - discount + freight)
    refund, refund_at, full = _refunded(rng, plan, goods, baskets, paid, paid_at)
    status = np.where(full & (rng.random(count) < 0.7), _CLOSED, status)
    return Orders(
        buyer=baskets.buyer, span=baskets.span, moment=baskets.moment, product=baskets.product,
        activity=baskets.activity, live=baskets.live, lines=np.bincount(lines.order, minlength=count),
        goods_amount=goods_amount, discount=discount, freight=freight, paid=paid, paid_at=paid_at,
        status=status, refund=refund, refund_at=refund_at,
    )  # fmt: skip


def _refunded(
    rng: np.random.Generator, plan: Plan, goods: Goods, baskets: _Baskets, paid: Ints, paid_at: Ints
) -> tuple[Ints, Ints, Bools]:
    """Refunds, fresh fruit most often: amount, moment (NONE without) and whether it is all."""
    count = len(paid)
    risk = np.array([0.085, 0.035, 0.03, 0.04])[goods.category[baskets.product]]
    moment = paid_at + (rng.uniform(0.2, 9.0, count) * DAY).astype(np.int64)
    happens = (rng.random(count) < risk) & (paid > 0) & (moment < plan.end)
    full = happens & (rng.random(count) < 0.5)
    part = (paid * rng.uniform(0.1, 0.7, count)).astype(np.int64)
    amount = np.where(full, paid, np.maximum(part, 1))
    return np.where(happens, amount, 0), np.where(happens, moment, NONE), full


def orders_table(
    plan: Plan,
    window: Window,
    people: People,
    groups: Groups,
    spans: Spans,
    activities: Activities,
    live: LiveSessions,
    orders: Orders,
) -> pa.Table:
    """The entity `orders` of one month; shops know many buyers by openid only."""
    rng = plan.rng("orders_table", window.number)
    part = orders.during(window)
    buyer, span = orders.buyer[part], orders.span[part]
    count = len(buyer)
    openid = people.openid[buyer]
    alias = (buyer >= 0) & (openid >= 0) & (rng.random(count) < 0.45)
    inside = span >= 0
    group = np.where(inside, spans.group[span], NONE)
    owner = np.where(inside, groups.owner[group], NONE)
    shop = np.where(
        orders.live[part] >= 0, 2, np.where(inside, rng.random(count) < 0.08, rng.random(count) < 0.6)
    )
    channel = np.where(
        rng.random(count) < 0.15, draw(rng, np.array([c.share for c in words.CHANNELS]), count), NONE
    )
    bounds = spans.bounds(groups.count)
    friend = bounds[group] + (
        rng.random(count) * (bounds[np.minimum(group + 1, groups.count)] - bounds[group])
    ).astype(np.int64)
    shared = inside & (rng.random(count) < 0.06)
    sharer = np.where(shared, spans.member[np.minimum(friend, len(spans) - 1)], NONE)
    return pa.table(
        {
            "order_id": columns.ids("o", np.arange(part.start + 1, part.stop + 1), 8),
            "shop_id": columns.lookup(["shop_mini", "shop_app", "shop_live"], shop.astype(np.int64)),
            "member_id": columns.lookup(people.ids, np.where(alias, openid, buyer)),
            "ordered_at": columns.moments(orders.moment[part]),
            "paid_at": columns.moments(orders.paid_at[part]),
            "order_status": columns.lookup(STATUSES, orders.status[part]),
            "goods_amount": columns.money(orders.goods_amount[part]),
            "discount_amount": columns.money(orders.discount[part]),
            "freight_amount": columns.money(orders.freight[part]),
            "paid_amount": columns.money(orders.paid[part]),
            "group_id": columns.lookup(groups.ids, np.where(rng.random(count) < 0.6, group, NONE)),
            "channel_id": columns.lookup([c.channel_id for c in words.CHANNELS], channel),
            "activity_id": columns.lookup(activities.ids, orders.activity[part]),
            "live_id": columns.lookup(live.ids, orders.live[part]),
            "sharer_id": columns.lookup(people.ids, sharer),
            "staff_id": columns.lookup(staff_ids(people), np.where(rng.random(count) < 0.4, owner, NONE)),
        }
    )


def items_table(window: Window, orders: Orders, lines: Lines, goods: Goods) -> pa.Table:
    """The entity `order_items` of one month's orders."""
    part = orders.during(window)
    low, high = np.searchsorted(lines.order, [part.start, part.stop])
    chosen = slice(int(low), int(high))
    return pa.table(
        {
            "order_id": columns.ids("o", lines.order[chosen] + 1, 8),
            "line_number": columns.whole(lines.number[chosen]),
            "product_id": columns.lookup(goods.ids, lines.product[chosen]),
            "quantity": columns.whole(lines.quantity[chosen]),
            "line_amount": columns.money(lines.amount[chosen]),
            "unit_cost": columns.money(lines.cost[chosen]),
        }
    )


def refunds_table(plan: Plan, window: Window, orders: Orders) -> pa.Table:
    """The entity `refunds` of one month's orders; a fifth of them come in two parts."""
    rng = plan.rng("refunds", window.number)
    part = orders.during(window)
    order = part.start + np.flatnonzero(orders.refund[part] > 0)
    amount, moment = orders.refund[order], orders.refund_at[order]
    later = np.minimum(moment + DAY, plan.end - 1)
    split = np.flatnonzero((rng.random(len(order)) < 0.2) & (amount > 200))
    half = amount[split] // 3
    amount = amount.copy()
    amount[split] -= half
    owner = columns.joined([order, order[split]])
    second = np.arange(len(owner)) >= len(order)
    return pa.table(
        {
            "refund_id": columns.ids("r", owner * 2 + second + 1, 8),
            "order_id": columns.ids("o", owner + 1, 8),
            "refunded_at": columns.moments(columns.joined([moment, later[split]])),
            "refund_amount": columns.money(columns.joined([amount, half])),
            "reason": columns.lookup(
                words.REFUND_REASONS, rng.integers(0, len(words.REFUND_REASONS), len(owner))
            ),
        }
    )
