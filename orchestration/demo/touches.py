"""Mass messages, group content and moments sent to members, and the pages people look at."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from orchestration.demo import columns
from orchestration.demo import vocabulary as words
from orchestration.demo.groups import Groups
from orchestration.demo.orders import Orders
from orchestration.demo.people import People
from orchestration.demo.plan import DAY, HOUR, NONE, Ints, Plan, Window
from orchestration.demo.rhythm import at_people_hours, draw
from orchestration.demo.spans import MassExit, Spans

KINDS = ("mass_message", "group_content", "moment", "live", "article", "ad")
_KIND_MIX = np.array([35.0, 32, 14, 7, 7, 5])
_KIND_CHANNEL = ("ch_mass", "ch_group", "ch_circle", "ch_video", "ch_official", "ch_tencent")
_CLICKS = np.array([0.07, 0.1, 0.05, 0.08, 0.06, 0.02])
_STATUSES = ("unsent", "sent", "delivered", "failed")
_STATUS_MIX = np.array([3.0, 22, 72, 3])
_SLOTS = np.array([11 * HOUR, 19 * HOUR + 1_800])
_BEFORE_ORDERS = 0.05
_EXIT_TOUCHES = 4


def touches_table(
    plan: Plan,
    window: Window,
    people: People,
    groups: Groups,
    spans: Spans,
    orders: Orders,
    mass_exit: MassExit,
    first: int,
) -> pa.Table:
    """The entity `touches`, numbered from `first`: two batches a day, some of them followed by an order."""
    rng = plan.rng("touches", window.number)
    span, slot = _audience(rng, plan, window, spans)
    ordered, ordered_slot = _followed_by_order(rng, plan, window, orders)
    warned = _before_mass_exit(window, spans, mass_exit)
    span = columns.joined([span, ordered, warned])
    slot = columns.joined([slot, ordered_slot, np.full(len(warned), mass_exit.start // DAY * 2 + 1)])
    pushed = np.arange(len(span)) >= len(span) - len(warned)
    lured = ~pushed & (np.arange(len(span)) >= len(span) - len(warned) - len(ordered))
    kind = np.where(pushed, 1, _batch_kinds(plan)[slot - plan.start // DAY * 2])
    moment = slot // 2 * DAY + _SLOTS[slot % 2] + rng.integers(0, 900, len(span))
    moment = np.where(pushed, mass_exit.start - rng.integers(600, 5_400, len(span)), moment)
    status = np.where(lured | pushed, 2, draw(rng, _STATUS_MIX, len(span)))
    keen = np.minimum(0.5 + people.activity[spans.member[span]] ** 0.5, 3.0)
    chance = np.where(lured, 0.5, _CLICKS[kind] * keen * np.isin(status, (1, 2)))
    clicked = moment + 20 + rng.exponential(5_400, len(span)).astype(np.int64)
    clicked = np.where((rng.random(len(span)) < chance) & (clicked < plan.end), clicked, NONE)
    order = np.argsort(moment, kind="stable")
    order = order[spans.alive(span, moment)[order]]
    span, kind, slot, pushed = span[order], kind[order], slot[order], pushed[order]
    batch = np.where(pushed, 10 * plan.days, slot - plan.start // DAY * 2 + 1)
    named = (kind == 1) | (rng.random(len(order)) < 0.05)
    channel = np.array([words.CHANNEL_INDEX[name] for name in _KIND_CHANNEL])[kind]
    return pa.table(
        {
            "touch_id": columns.ids("t", np.arange(first, first + len(order)), 9),
            "batch_id": columns.ids("b", batch, 6),
            "member_id": columns.lookup(people.ids, spans.member[span]),
            "group_id": columns.lookup(groups.ids, np.where(named, spans.group[span], NONE)),
            "touched_at": columns.moments(moment[order]),
            "touch_kind": columns.lookup(KINDS, kind),
            "channel_id": columns.lookup([channel.channel_id for channel in words.CHANNELS], channel),
            "touch_status": columns.lookup(
                _STATUSES, np.where(rng.random(len(order)) < 0.01, NONE, status[order])
            ),
            "clicked_at": columns.moments(clicked[order]),
        }
    )


def _batch_kinds(plan: Plan) -> Ints:
    return draw(plan.rng("batches"), _KIND_MIX, plan.days * 2)


def _audience(rng: np.random.Generator, plan: Plan, window: Window, spans: Spans) -> tuple[Ints, Ints]:
    """Members inside a group at the time, and the batch (two a day, counted from 1970)."""
    wanted = round(plan.touches * plan.share(window) * (1 - _BEFORE_ORDERS))
    span = rng.integers(0, len(spans), wanted * 8)
    slot = rng.integers(window.start // DAY * 2, window.end // DAY * 2, len(span))
    inside = np.flatnonzero(spans.alive(span, slot // 2 * DAY + _SLOTS[slot % 2]))[:wanted]
    return span[inside], slot[inside]


def _followed_by_order(
    rng: np.random.Generator, plan: Plan, window: Window, orders: Orders
) -> tuple[Ints, Ints]:
    """The memberships of some of the month's buyers, and the last batch before their order."""
    part = orders.during(window)
    span, moment = orders.span[part], orders.moment[part]
    wanted = plan.touches * plan.share(window) * _BEFORE_ORDERS
    chosen = np.flatnonzero((span >= 0) & (rng.random(len(span)) < wanted / max(1, len(span))))
    span, moment = span[chosen], moment[chosen]
    hour = moment % DAY
    slot = moment // DAY * 2 + np.where(
        hour > _SLOTS[1] + 1_000, 1, np.where(hour > _SLOTS[0] + 1_000, 0, -1)
    )
    known = slot >= plan.start // DAY * 2
    return span[known], slot[known]


def _before_mass_exit(window: Window, spans: Spans, mass_exit: MassExit) -> Ints:
    """The planted cause: several pieces of content in one group on one evening."""
    if not window.start <= mass_exit.start < window.end:
        return np.zeros(0, dtype=np.int64)
    there = spans.alive(np.arange(len(spans)), np.full(len(spans), mass_exit.start))
    return np.repeat(np.flatnonzero(there & (spans.group == mass_exit.group)), _EXIT_TOUCHES)


def page_views_table(
    plan: Plan, window: Window, people: People, groups: Groups, spans: Spans, products: int
) -> pa.Table:
    """The entity `page_views`; a third of them by nobody known."""
    rng = plan.rng("page_views", window.number)
    wanted = round(plan.page_views * plan.share(window))
    span = rng.integers(0, len(spans), wanted * 4)
    moment = window.start + (rng.random(len(span)) * (window.end - window.start)).astype(np.int64)
    moment = at_people_hours(rng, moment)
    anonymous = rng.random(len(span)) < 0.15
    chosen = np.flatnonzero(anonymous | spans.alive(span, moment))[:wanted]
    chosen = chosen[np.argsort(moment[chosen], kind="stable")]
    span, moment, anonymous = span[chosen], moment[chosen], anonymous[chosen]
    count = len(chosen)
    stranger = people.count + rng.integers(0, max(10, plan.customers // 4), count)
    product = columns.ids("/product/p", rng.integers(0, products, count) + 1, 3)
    pages = pa.concat_arrays([pa.array(words.PAGES, pa.string()), product.cast(pa.string())])
    page = np.where(
        rng.random(count) < 0.6, len(words.PAGES) + np.arange(count), rng.integers(0, len(words.PAGES), count)
    )
    named = ~anonymous & (rng.random(count) < 0.4)
    shares = np.array([channel.share for channel in words.CHANNELS])
    channel = np.where(rng.random(count) < 0.25, draw(rng, shares, count), NONE)
    return pa.table(
        {
            "viewed_at": columns.moments(moment),
            "visitor_id": columns.ids("v", np.where(anonymous, stranger, spans.member[span]), 7),
            "page": columns.lookup(pages, page),
            "member_id": columns.lookup(people.ids, np.where(anonymous, NONE, spans.member[span])),
            "group_id": columns.lookup(groups.ids, np.where(named, spans.group[span], NONE)),
            "channel_id": columns.lookup([channel.channel_id for channel in words.CHANNELS], channel),
        }
    )
