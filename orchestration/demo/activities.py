"""Lotteries, topics, check-ins and group buying, and who takes part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.demo import columns
from orchestration.demo import vocabulary as words
from orchestration.demo.groups import Groups
from orchestration.demo.people import People
from orchestration.demo.plan import DAY, HOUR, NONE, Ints, Plan, Window
from orchestration.demo.rhythm import at_people_hours, draw
from orchestration.demo.spans import Spans

TYPES = ("lottery", "topic", "check_in", "group_buying")
TYPE_NAMES = ("抽奖", "话题", "打卡", "拼团")
GROUP_BUYING = 3
_LENGTHS = np.array([2 * HOUR, DAY, 7 * DAY, 2 * DAY])
_DRAWS = np.array([0.7, 0.35, 0.4, 0.5])
"""Candidates of a type, as a part of the people ever in the group."""
_ACTIONS = ("draw", "post", "check_in", "order")
_EVERY_DAYS = 28


@dataclass(frozen=True)
class Activities:
    """In order of start; group NONE: all groups."""

    ids: pa.Array
    kind: Ints
    group: Ints
    category: Ints
    start: Ints
    end: Ints

    def __len__(self) -> int:
        return len(self.kind)


@dataclass(frozen=True)
class Participations:
    """Of one month, in no order."""

    activity: Ints
    member: Ints
    group: Ints
    moment: Ints


def invent_activities(plan: Plan, groups: Groups) -> Activities:
    """About one every four weeks a group, and one a month for all groups."""
    rng = plan.rng("activities")
    opens = np.maximum(groups.created, plan.start)
    closes = np.minimum(groups.dissolved, plan.end)
    repeats = rng.poisson(np.maximum(closes - opens, 0) / (_EVERY_DAYS * DAY))
    group = np.repeat(np.arange(groups.count), repeats)
    start = opens[group] + (rng.random(len(group)) * (closes - opens)[group]).astype(np.int64)
    general = np.array(
        [window.start + 3 * DAY for window in plan.months() if window.start + 3 * DAY < plan.end]
    )
    group = columns.joined([group, np.full(len(general), NONE)])
    start = columns.joined([start, general]) // DAY * DAY
    start += np.where(rng.random(len(start)) < 0.6, 20 * HOUR, 10 * HOUR)
    kind = draw(rng, np.array([3.0, 3, 2, 3]), len(start))
    inside = (group < 0) | ((start > opens[group]) & (start < closes[group]))
    category = np.where(group < 0, rng.integers(0, len(words.CATEGORIES), len(group)), groups.category[group])
    order = np.flatnonzero(inside)[np.argsort(start[inside], kind="stable")]
    return Activities(
        ids=columns.ids("a", np.arange(1, len(order) + 1), 6),
        kind=kind[order],
        group=group[order],
        category=category[order],
        start=start[order],
        end=start[order] + _LENGTHS[kind[order]],
    )


def activities_table(plan: Plan, groups: Groups, activities: Activities) -> pa.Table:
    """The entity `activities`."""
    rng = plan.rng("activities_table")
    count = len(activities)
    goods = [item[0] for category in words.GOODS.values() for item in category]
    first = activities.category * 12 + rng.integers(0, 12, count)
    second = activities.category * 12 + rng.integers(0, 12, count)
    kind_name = columns.lookup(TYPE_NAMES, activities.kind)
    cost = np.where(activities.kind == 0, rng.integers(8_000, 30_000, count), rng.integers(0, 9_000, count))
    return pa.table(
        {
            "activity_id": activities.ids,
            "activity_name": pc.binary_join_element_wise(columns.lookup(goods, first), kind_name, ""),
            "activity_type": columns.lookup(TYPES, activities.kind),
            "group_id": columns.lookup(groups.ids, activities.group),
            "started_at": columns.moments(activities.start),
            "ended_at": columns.moments(np.where(rng.random(count) < 0.92, activities.end, NONE)),
            "cost_amount": columns.money(np.where(rng.random(count) < 0.1, NONE, cost)),
            "topic_keywords": pc.binary_join_element_wise(
                columns.lookup(goods, first), columns.lookup(goods, second), kind_name, "|"
            ),
        }
    )


def take_part(
    plan: Plan, window: Window, people: People, groups: Groups, spans: Spans, activities: Activities
) -> Participations:
    """Participations in the activities that start in `window`; lively members come more."""
    rng = plan.rng("participations", window.number)
    begins = np.flatnonzero((activities.start >= window.start) & (activities.start < window.end))
    bounds = spans.bounds(groups.count)
    general = activities.group[begins] < 0
    low = np.where(general, 0, bounds[activities.group[begins]])
    high = np.where(general, len(spans), bounds[activities.group[begins] + 1])
    part = _DRAWS[activities.kind[begins]] * np.where(general, 0.2, 1.0)
    repeats = rng.poisson((high - low) * part)
    activity, low, high = np.repeat(begins, repeats), np.repeat(low, repeats), np.repeat(high, repeats)
    span = low + (rng.random(len(activity)) * (high - low)).astype(np.int64)
    length = activities.end[activity] - activities.start[activity]
    moment = activities.start[activity] + (rng.random(len(activity)) * length).astype(np.int64)
    moment = np.where(length > DAY, at_people_hours(rng, moment), moment)
    keen = rng.random(len(span)) < 1 - np.exp(-0.25 - people.activity[spans.member[span]])
    inside = keen & spans.alive(span, moment) & (moment >= activities.start[activity])
    inside &= (moment < activities.end[activity]) & (moment < plan.end)
    return Participations(
        activity[inside], spans.member[span[inside]], spans.group[span[inside]], moment[inside]
    )


def participations_table(
    plan: Plan, window: Window, people: People, groups: Groups, activities: Activities, done: Participations
) -> pa.Table:
    """The entity `activity_participations`; half of those in general activities name no group."""
    rng = plan.rng("participations_table", window.number)
    order = np.argsort(done.moment, kind="stable")
    activity, group = done.activity[order], done.group[order]
    unnamed = (activities.group[activity] < 0) & (rng.random(len(order)) < 0.5)
    return pa.table(
        {
            "activity_id": columns.lookup(activities.ids, activity),
            "member_id": columns.lookup(people.ids, done.member[order]),
            "group_id": columns.lookup(groups.ids, np.where(unnamed, NONE, group)),
            "participated_at": columns.moments(done.moment[order]),
            "action": columns.lookup(_ACTIONS, activities.kind[activity]),
        }
    )
