"""Group talk of customers, chatter of staff, bots and shills, and private chats."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa

from orchestration.demo import columns
from orchestration.demo.activities import Activities, Participations
from orchestration.demo.groups import Groups
from orchestration.demo.people import People
from orchestration.demo.plan import DAY, HOUR, NONE, Floats, Ints, Plan, Window
from orchestration.demo.rhythm import (
    WEEKDAY_KEPT,
    at_office_hours,
    at_people_hours,
    draw,
    interest,
    kept_by_weekday,
)
from orchestration.demo.spans import Spans
from orchestration.demo.texts import TOPIC_INDEX, TextPool

MESSAGE_TYPES = (
    "text", "image", "voice", "video", "file", "link", "mini_program",
    "red_packet", "vote", "check_in", "emotion", "system", "other",
)  # fmt: skip
TYPE_INDEX = {name: number for number, name in enumerate(MESSAGE_TYPES)}
TEXT, CHECK_IN, SYSTEM = TYPE_INDEX["text"], TYPE_INDEX["check_in"], TYPE_INDEX["system"]
_CUSTOMER_TYPES = np.array([70, 11, 3, 1, 0.2, 1.6, 1.4, 0.6, 0.3, 1.4, 9, 0, 0.5])
_STAFF_TYPES = np.array([55, 16, 1, 2, 0.5, 12, 9, 2, 1, 0, 1.5, 0, 0])
_TALK_TOPICS = ("ask", "praise", "trouble", "group_buy", "check_in", "life", "short", "noise")
_TOPIC_MIX = np.array(
    [
        [20, 16, 4, 18, 3, 14, 19, 3],
        [14, 20, 2, 4, 10, 22, 20, 4],
        [22, 10, 12, 6, 3, 14, 22, 3],
        [10, 10, 4, 8, 6, 34, 20, 4],
        [14, 12, 4, 8, 4, 30, 20, 4],
    ],
    dtype=np.float64,
)
"""By group type; the last row where it is unknown."""
_INTEREST = (14.0, 0.22)
_REPEATS = 0.012
_RECALLS = 0.01
_REPLIES = 0.06


@dataclass(frozen=True)
class Talk:
    """Messages in no order.

    Attributes:
        sender, receiver: Person numbers, receiver NONE in groups.
        group: Group number, NONE in private chats.
        text: Index into the text pool, NONE without content.
    """

    sender: Ints
    receiver: Ints
    group: Ints
    moment: Ints
    kind: Ints
    text: Ints

    def __len__(self) -> int:
        return len(self.sender)


def _talk(
    sender: Ints, group: Ints, moment: Ints, kind: Ints, text: Ints, receiver: Ints | None = None
) -> Talk:
    nobody = np.full(len(sender), NONE) if receiver is None else receiver
    return Talk(sender, nobody, group, moment, kind, np.where((kind == TEXT) | (kind == SYSTEM), text, NONE))


def expected_talk(plan: Plan, people: People, groups: Groups, spans: Spans) -> Floats:
    """Messages a day of full interest by span, scaled so that all of them come to `plan.talk`."""
    rate = people.activity[spans.member] * groups.talk[spans.group]
    stop = np.minimum(np.minimum(spans.end, groups.quiet_from[spans.group]), plan.end)
    days = interest(stop - spans.start, *_INTEREST) - interest(plan.start - spans.start, *_INTEREST)
    return rate * plan.talk / (np.maximum(days, 0) @ rate) / WEEKDAY_KEPT


def customer_talk(
    plan: Plan, window: Window, groups: Groups, spans: Spans, rate: Floats, pool: TextPool
) -> Talk:
    """What customers say in their groups of their own accord."""
    rng = plan.rng("talk", window.number)
    start = np.maximum(spans.start, window.start)
    stop = np.minimum(np.minimum(spans.end, groups.quiet_from[spans.group]), window.end)
    open_spans = np.flatnonzero((stop > start) & (rate > 0))
    start, stop, began = start[open_spans], stop[open_spans], spans.start[open_spans]
    days = interest(stop - began, *_INTEREST) - interest(start - began, *_INTEREST)
    repeats = rng.poisson(days * rate[open_spans])
    place = np.repeat(np.arange(len(open_spans)), repeats)
    moment = start[place] + (rng.random(len(place)) * (stop - start)[place]).astype(np.int64)
    kept = kept_by_weekday(rng, moment)
    place, moment = place[kept], at_people_hours(rng, moment[kept])
    inside = (moment >= began[place]) & (moment < stop[place])
    span, moment = open_spans[place[inside]], moment[inside]
    group = spans.group[span]
    topic = _topics(rng, groups.kind[group])
    text = pool.pick(rng, topic, _categories(rng, groups, group), moment)
    kind = draw(rng, _CUSTOMER_TYPES, len(span))
    return _talk(spans.member[span], group, moment, kind, text)


def _topics(rng: np.random.Generator, kind: Ints) -> Ints:
    ladder = np.cumsum(_TOPIC_MIX / _TOPIC_MIX.sum(axis=1, keepdims=True), axis=1)
    chosen = (rng.random(len(kind))[:, None] > ladder[kind]).sum(axis=1)
    numbers = np.array([TOPIC_INDEX[topic] for topic in _TALK_TOPICS])
    return np.asarray(numbers[np.minimum(chosen, len(numbers) - 1)])


def _categories(rng: np.random.Generator, groups: Groups, group: Ints) -> Ints:
    """Mostly the group's own category."""
    return np.where(rng.random(len(group)) < 0.75, groups.category[group], rng.integers(0, 4, len(group)))


def greetings(plan: Plan, window: Window, groups: Groups, spans: Spans, pool: TextPool) -> Talk:
    """A quarter of those who join say hello soon, unless the group has gone quiet."""
    rng = plan.rng("greetings", window.number)
    joins = np.flatnonzero(spans.has_join & (spans.start >= window.start) & (spans.start < window.end))
    joins = joins[rng.random(len(joins)) < 0.25]
    moment = spans.start[joins] + rng.integers(20, HOUR, len(joins))
    joins, moment = joins[spans.alive(joins, moment)], moment[spans.alive(joins, moment)]
    group = spans.group[joins]
    text = _pick(rng, pool, "greeting", groups.category[group], moment)
    kept = (moment < plan.end) & (moment < groups.quiet_from[group])
    return _take(_talk(spans.member[joins], group, moment, np.full(len(joins), TEXT), text), kept)


def activity_talk(
    plan: Plan,
    window: Window,
    groups: Groups,
    activities: Activities,
    done: Participations,
    pool: TextPool,
) -> Talk:
    """Topic posts, check-ins and chain orders: most participations but lotteries leave a message."""
    rng = plan.rng("activity_talk", window.number)
    kind = activities.kind[done.activity]
    lively = done.moment < groups.quiet_from[done.group]
    speaks = np.flatnonzero(lively & (kind > 0) & (rng.random(len(kind)) < 0.7))
    activity, kind = done.activity[speaks], kind[speaks]
    moment = np.minimum(done.moment[speaks] + rng.integers(0, 40, len(speaks)), plan.end - 1)
    topics = np.array([0, TOPIC_INDEX["topic"], TOPIC_INDEX["check_in"], TOPIC_INDEX["group_buy"]])
    text = pool.pick(rng, topics[kind], activities.category[activity], moment)
    shape = np.where((kind == 2) & (rng.random(len(kind)) < 0.5), CHECK_IN, TEXT)
    return _talk(done.member[speaks], done.group[speaks], moment, shape, text)


def chatter(plan: Plan, window: Window, people: People, groups: Groups, pool: TextPool) -> Talk:
    """What owners, bots and shills post; the shills of a few groups post most of what is said there."""
    rng = plan.rng("chatter", window.number)
    opens, closes = np.maximum(groups.created, window.start), np.minimum(groups.dissolved, window.end)
    days = np.maximum(closes - opens, 0) / DAY
    loud = np.where(np.arange(groups.count) % 9 == 4, 4.0, 1.0)
    parts = []
    for topic, part, first, people_count in (
        ("staff", 0.5, people.first_staff, people.staff),
        ("bot", 0.15, people.first_bot, people.bots),
        ("shill", 0.35, people.first_shill, people.shills),
    ):
        level = part * plan.chatter * (loud if topic == "shill" else 1.0)
        group = np.repeat(np.arange(groups.count), rng.poisson(days * level))
        moment = opens[group] + (rng.random(len(group)) * (closes - opens)[group]).astype(np.int64)
        moment = at_people_hours(rng, moment) if topic == "shill" else at_office_hours(rng, moment)
        if topic == "staff":
            sender = first + np.where(groups.owner[group] >= 0, groups.owner[group], group % people_count)
        else:
            sender = first + (group + rng.integers(0, 2, len(group))) % people_count
        text = _pick(rng, pool, topic, _categories(rng, groups, group), moment)
        kind = draw(rng, _STAFF_TYPES, len(group)) if topic == "staff" else np.full(len(group), TEXT)
        inside = (moment >= opens[group]) & (moment < closes[group])
        parts.append(_take(_talk(sender, group, moment, kind, text), inside))
    return _together(parts)


def system_lines(plan: Plan, window: Window, people: People, spans: Spans, pool: TextPool) -> Talk:
    """The platform's lines on who has joined, sent in a bot's name."""
    rng = plan.rng("system", window.number)
    joins = np.flatnonzero(spans.has_join & (spans.start >= window.start) & (spans.start < window.end))
    joins = joins[rng.random(len(joins)) < 0.6]
    group, moment = spans.group[joins], spans.start[joins]
    text = _pick(rng, pool, "system", np.zeros(len(joins), dtype=np.int64), moment)
    return _talk(people.first_bot + group % people.bots, group, moment, np.full(len(joins), SYSTEM), text)


def private_chats(
    plan: Plan, window: Window, people: People, groups: Groups, spans: Spans, pool: TextPool
) -> Talk:
    """Turns between customers and their group's owner: asked, mostly answered, sometimes thanked."""
    rng = plan.rng("private", window.number)
    wanted = round(plan.turns * plan.share(window))
    span = rng.integers(0, len(spans), wanted * 6)
    asked = window.start + (rng.random(len(span)) * (window.end - window.start)).astype(np.int64)
    asked = at_people_hours(rng, asked)
    keen = rng.random(len(span)) < 1 - np.exp(-0.3 - people.activity[spans.member[span]])
    chosen = np.flatnonzero(spans.alive(span, asked) & keen)[:wanted]
    span, asked = span[chosen], asked[chosen]
    group = spans.group[span]
    clerk = np.where(groups.owner[group] >= 0, groups.owner[group], group % people.staff)
    clerk = np.where(
        rng.random(len(span)) < 0.25, people.staff - 1 - clerk % max(1, people.staff // 4), clerk
    )
    answered = _answer_moments(rng, people, clerk, asked)
    replies = rng.random(len(span)) >= people.ignores[clerk]
    thanks = replies & (rng.random(len(span)) < 0.4)
    customer, staff = spans.member[span], people.first_staff + clerk
    category = groups.category[group]
    again = rng.random(len(span)) < 0.35
    second = rng.random(len(span)) < 0.5
    lines = [
        (customer, staff, asked, "consult", np.ones(len(span), dtype=bool)),
        (customer, staff, asked + rng.integers(4, 50, len(span)), "consult", again),
        (staff, customer, answered, "reply", replies),
        (staff, customer, answered + rng.integers(5, 90, len(span)), "reply", replies & second),
        (customer, staff, answered + rng.integers(95, 900, len(span)), "thanks", thanks),
    ]
    parts = []
    for sender, receiver, moment, topic, happens in lines:
        text = _pick(rng, pool, topic, category, moment)
        kind = np.where(rng.random(len(span)) < 0.93, TEXT, TYPE_INDEX["image"])
        nowhere = np.full(len(span), NONE)
        parts.append(
            _take(_talk(sender, nowhere, moment, kind, text, receiver), happens & (moment < plan.end))
        )
    return _together(parts)


def _answer_moments(rng: np.random.Generator, people: People, clerk: Ints, asked: Ints) -> Ints:
    """Log-normal delays around the clerk's own median; most of the night waits for the morning."""
    delay = np.exp(rng.normal(np.log(people.reply_seconds[clerk]), 0.9)) + 8
    hour = asked // HOUR % 24
    asleep = ((hour >= 23) | (hour < 8)) & (rng.random(len(asked)) < 0.85)
    morning = (asked + HOUR) // DAY * DAY + 8 * HOUR + 1_800
    return asked + np.where(asleep, morning - asked + rng.exponential(1_500, len(asked)), delay).astype(
        np.int64
    )


def welcomes(
    plan: Plan, window: Window, people: People, clerk: Ints, member: Ints, moment: Ints, pool: TextPool
) -> Talk:
    """The first private line that staff send to a new contact."""
    rng = plan.rng("welcomes", window.number)
    now = (moment >= window.start) & (moment + 5 < window.end)
    sender, receiver, moment = people.first_staff + clerk[now], member[now], moment[now] + 5
    text = _pick(rng, pool, "welcome", rng.integers(0, 4, len(sender)), moment)
    nowhere = np.full(len(sender), NONE)
    return _talk(sender, nowhere, moment, np.full(len(sender), TEXT), text, receiver)


def repeats(plan: Plan, window: Window, talk: Talk) -> Talk:
    """The same line again within ten minutes, on the same day."""
    rng = plan.rng("repeats", window.number)
    chosen = np.flatnonzero((talk.text >= 0) & (rng.random(len(talk)) < _REPEATS))
    again = _take(talk, chosen)
    moment = again.moment + rng.integers(3, 600, len(again))
    same_day = (moment // DAY == again.moment // DAY) & (moment < plan.end)
    return _take(Talk(again.sender, again.receiver, again.group, moment, again.kind, again.text), same_day)


def _pick(rng: np.random.Generator, pool: TextPool, topic: str, categories: Ints, moments: Ints) -> Ints:
    return pool.pick(rng, np.full(len(categories), TOPIC_INDEX[topic]), categories, moments)


def _take(talk: Talk, index: Ints | np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Talk:
    return Talk(**{field.name: getattr(talk, field.name)[index] for field in fields(talk)})


def _together(parts: list[Talk]) -> Talk:
    names = [field.name for field in fields(Talk)]
    return Talk(**{name: columns.joined([getattr(part, name) for part in parts]) for name in names})


def in_order(parts: list[Talk]) -> Talk:
    """All parts in order of time."""
    talk = _together(parts)
    return _take(talk, np.argsort(talk.moment, kind="stable"))


def message_ids(first: int, count: int) -> pa.Array:
    """The ids of messages number `first` on."""
    return columns.ids("m", np.arange(first, first + count), 9)


def messages_table(
    plan: Plan, window: Window, people: People, groups: Groups, talk: Talk, pool: TextPool, first: int
) -> pa.Table:
    """The entity `messages`; in groups of the older platform, those who have one appear by wxid."""
    rng = plan.rng("messages_table", window.number)
    count = len(talk)
    ids = message_ids(first, count)
    wxid = people.wxid[talk.sender]
    older = (talk.group >= 0) & (groups.platform[talk.group] == 1) & (wxid >= 0)
    recalled = (talk.kind != SYSTEM) & (rng.random(count) < _RECALLS)
    recall = np.minimum(talk.moment + rng.integers(5, 118, count), plan.end - 1)
    return pa.table(
        {
            "message_id": ids,
            "group_id": columns.lookup(groups.ids, talk.group),
            "sender_id": columns.lookup(people.ids, np.where(older, wxid, talk.sender)),
            "receiver_id": columns.lookup(people.ids, talk.receiver),
            "sent_at": columns.moments(talk.moment),
            "message_type": columns.lookup(MESSAGE_TYPES, talk.kind),
            "content": columns.lookup(pool.texts, talk.text),
            "reply_to_id": columns.lookup(ids, _answered(rng, talk)),
            "recalled_at": columns.moments(np.where(recalled, recall, NONE)),
        }
    )


def _answered(rng: np.random.Generator, talk: Talk) -> Ints:
    """For some texts the message before it in the same group."""
    order = np.argsort(talk.group, kind="stable")
    before = np.full(len(talk), NONE)
    same = talk.group[order][1:] == talk.group[order][:-1]
    before[order[1:]] = np.where(same, order[:-1], NONE)
    quotes = (talk.kind == TEXT) & (talk.group >= 0) & (rng.random(len(talk)) < _REPLIES)
    return np.where(quotes, before, NONE)


ACTIONS = ("like", "forward", "vote", "check_in", "red_packet_open", "click")
_ACTION_MIX = np.array([50.0, 12, 6, 8, 10, 14])


def actions_table(
    plan: Plan, window: Window, people: People, groups: Groups, talk: Talk, first: int
) -> pa.Table:
    """The entity `message_actions`: somebody who spoke in the group lately reacts to a message."""
    rng = plan.rng("actions", window.number)
    order = np.argsort(talk.group, kind="stable")
    order = order[talk.group[order] >= 0]
    wanted = round(plan.actions * plan.share(window))
    place = rng.integers(0, max(1, len(order)), wanted)[: wanted if len(order) else 0]
    near = np.clip(place - rng.integers(1, 30, len(place)), 0, None)
    message, other = order[place], order[near]
    moment = talk.moment[message] + rng.exponential(1_800, len(message)).astype(np.int64) + 1
    works = (talk.group[message] == talk.group[other]) & (moment < plan.end)
    message, other, moment = message[works], other[works], moment[works]
    sequence = np.argsort(moment, kind="stable")
    message, other, moment = message[sequence], other[sequence], moment[sequence]
    named = rng.random(len(message)) < 0.95
    return pa.table(
        {
            "message_id": columns.lookup(message_ids(first, len(talk)), np.where(named, message, NONE)),
            "group_id": columns.lookup(
                groups.ids, np.where(named & (rng.random(len(message)) < 0.3), NONE, talk.group[message])
            ),
            "actor_id": columns.lookup(people.ids, talk.sender[other]),
            "action": columns.lookup(ACTIONS, draw(rng, _ACTION_MIX, len(message))),
            "occurred_at": columns.moments(moment),
        }
    )
