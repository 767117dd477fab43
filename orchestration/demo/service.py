"""Contacts between staff and customers, feedback and tags."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from orchestration.demo import columns
from orchestration.demo import vocabulary as words
from orchestration.demo.groups import Groups
from orchestration.demo.orders import Orders
from orchestration.demo.people import People, staff_ids
from orchestration.demo.plan import DAY, FOREVER, HOUR, NONE, Ints, Plan
from orchestration.demo.rhythm import at_office_hours, draw
from orchestration.demo.spans import Spans

_EVENTS = ("add", "staff_delete", "customer_delete")
_ADD_WAYS = ("scan", "group", "card", "search_phone", "channels")


@dataclass(frozen=True)
class Contacts:
    """Who was added by whom when."""

    clerk: Ints
    member: Ints
    moment: Ints


def invent_contacts(plan: Plan, people: People, groups: Groups, spans: Spans, first_seen: Ints) -> Contacts:
    """Seven in ten customers are added by their group's owner around their first join."""
    rng = plan.rng("contacts")
    joins = np.flatnonzero(spans.has_join & (spans.start == first_seen[spans.member]))
    joins = joins[(rng.random(len(joins)) < 0.7) & (groups.owner[spans.group[joins]] >= 0)]
    moment = np.maximum(spans.start[joins] + rng.integers(-HOUR, 6 * HOUR, len(joins)), plan.start)
    kept = moment < plan.end
    return Contacts(groups.owner[spans.group[joins]][kept], spans.member[joins][kept], moment[kept])


def contacts_table(plan: Plan, people: People, contacts: Contacts) -> pa.Table:
    """The entity `contact_events`: adds, and some deletions by either side."""
    rng = plan.rng("contact_events")
    count = len(contacts.clerk)
    gone = contacts.moment + HOUR + (rng.exponential(45, count) * DAY).astype(np.int64)
    luck = rng.random(count)
    ends = np.flatnonzero((luck < 0.17) & (gone < plan.end))
    index = columns.joined([np.arange(count), ends])
    event = columns.joined([np.zeros(count, dtype=np.int64), np.where(luck[ends] < 0.02, 1, 2)])
    moment = columns.joined([contacts.moment, gone[ends]])
    order = np.argsort(moment, kind="stable")
    index, event, moment = index[order], event[order], moment[order]
    added = event == 0
    member = contacts.member[index]
    way = np.where(added, draw(rng, np.array([5.0, 3, 1, 0.5, 1]), len(index)), NONE)
    return pa.table(
        {
            "staff_id": columns.lookup(staff_ids(people), contacts.clerk[index]),
            "member_id": columns.lookup(people.ids, member),
            "event_type": columns.lookup(_EVENTS, event),
            "occurred_at": columns.moments(moment),
            "add_way": columns.lookup(_ADD_WAYS, way),
            "channel_id": columns.lookup(
                [channel.channel_id for channel in words.CHANNELS],
                np.where(added & (rng.random(len(index)) < 0.8), people.channel[member], NONE),
            ),
        }
    )


def feedback_table(plan: Plan, people: People, groups: Groups, spans: Spans, orders: Orders) -> pa.Table:
    """The entity `feedback`: complaints follow refunds; praise, surveys and phone visits follow orders."""
    rng = plan.rng("feedback")
    known = (orders.span >= 0) & (orders.paid_at < FOREVER)
    upset = np.flatnonzero(known & (orders.refund > 0) & (rng.random(len(orders)) < 0.3))
    pleased = np.flatnonzero(known & (orders.refund == 0) & (rng.random(len(orders)) < 0.035))
    order = columns.joined([upset, pleased])
    kind = np.where(np.arange(len(order)) < len(upset), 0, draw(rng, np.array([0, 4.0, 4, 2]), len(order)))
    after = (rng.exponential(2.0, len(order)) * DAY).astype(np.int64) + HOUR
    opened = at_office_hours(rng, orders.paid_at[order] + after + DAY)
    closed = opened + np.exp(rng.normal(np.log(6 * HOUR), 1.0, len(order))).astype(np.int64)
    kept = np.flatnonzero(opened < plan.end)
    kept = kept[np.argsort(opened[kept], kind="stable")]
    order, kind, opened, closed = order[kept], kind[kept], opened[kept], closed[kept]
    span = orders.span[order]
    group = spans.group[span]
    owner = groups.owner[group]
    score = np.where(kind == 2, np.clip(np.round(rng.normal(4.3, 0.8, len(order))), 1, 5), NONE).astype(
        np.int64
    )
    open_still = (kind != 0) | (closed >= plan.end) | (rng.random(len(order)) < 0.05)
    return pa.table(
        {
            "feedback_id": columns.ids("f", np.arange(1, len(order) + 1), 7),
            "feedback_kind": columns.lookup(["complaint", "praise", "survey", "phone_visit"], kind),
            "opened_at": columns.moments(opened),
            "member_id": columns.lookup(people.ids, orders.buyer[order]),
            "group_id": columns.lookup(groups.ids, np.where(rng.random(len(order)) < 0.85, group, NONE)),
            "staff_id": columns.lookup(staff_ids(people), owner),
            "score": columns.whole(score),
            "closed_at": columns.moments(np.where(open_still, NONE, closed)),
        }
    )


def tags_table(plan: Plan, people: People, first_seen: Ints) -> pa.Table:
    """The entity `member_tags`: two thirds automatic, some taken off again."""
    rng = plan.rng("tags")
    known = np.flatnonzero(first_seen < FOREVER)
    member = np.repeat(known, rng.poisson(0.7, len(known)))
    tagged = at_office_hours(
        rng, first_seen[member] + (rng.exponential(20, len(member)) * DAY).astype(np.int64) + DAY
    )
    kept = tagged < plan.end
    member, tagged = member[kept], tagged[kept]
    count = len(member)
    removed = tagged + DAY + (rng.exponential(30, count) * DAY).astype(np.int64)
    removed = np.where((rng.random(count) < 0.15) & (removed < plan.end), removed, NONE)
    return pa.table(
        {
            "member_id": columns.lookup(people.ids, member),
            "tag": columns.lookup(words.TAGS, rng.integers(0, len(words.TAGS), count)),
            "tag_source": columns.lookup(["auto", "manual"], (rng.random(count) < 0.34).astype(np.int64)),
            "tagged_at": columns.moments(tagged),
            "removed_at": columns.moments(removed),
        }
    )
