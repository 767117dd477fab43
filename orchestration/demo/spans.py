"""Who is in which group from when to when; the joins and leaves that an export shows of it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import pyarrow as pa

from orchestration.demo import columns
from orchestration.demo import vocabulary as words
from orchestration.demo.groups import Groups
from orchestration.demo.people import People
from orchestration.demo.plan import DAY, FOREVER, HOUR, NONE, Bools, Floats, Ints, Plan
from orchestration.demo.rhythm import WEEKDAY_WEIGHTS, at_people_hours, draw

_OPENING = 0.12
_REJOINS = 0.08
_EXTRA_GROUPS = 0.4
_MASS_EXIT_PART = 0.45
_STAYS = np.array([channel.stays for channel in words.CHANNELS])
_HALF_LIFE = np.array([channel.half_life for channel in words.CHANNELS])


@dataclass(frozen=True)
class Spans:
    """Memberships in order of group and start.

    Attributes:
        end: Leaving or dissolution, FOREVER while inside.
        has_join: The export holds its join; false where it began before the export does.
        leaves: It ends by a leave.
        channel: Of the join, NONE where unknown.
        inviter: Person number, NONE where unknown.
    """

    member: Ints
    group: Ints
    start: Ints
    end: Ints
    has_join: Bools
    leaves: Bools
    channel: Ints
    inviter: Ints

    def __len__(self) -> int:
        return len(self.member)

    def take(self, index: Ints | Bools) -> Spans:
        """Some of the spans."""
        return Spans(**{field.name: getattr(self, field.name)[index] for field in fields(self)})

    def alive(self, index: Ints, moments: Ints) -> Bools:
        """Whether span `index` is open at the moment."""
        return np.asarray((self.start[index] <= moments) & (moments < self.end[index]))

    def bounds(self, groups: int) -> Ints:
        """Where each group's spans begin; group g's are `bounds[g]:bounds[g + 1]`."""
        return np.searchsorted(self.group, np.arange(groups + 1))


@dataclass(frozen=True)
class MassExit:
    """The planted evening on which many leave one group."""

    group: int
    start: int
    members: int


def invent_spans(plan: Plan, people: People, groups: Groups) -> tuple[Spans, MassExit]:
    """All memberships, the mass exit among them."""
    rng = plan.rng("spans")
    first = _first_spans(rng, plan, people, groups)
    extra = _extra_spans(rng, plan, groups, first)
    spans = _one_per_pair(_concat(first, extra))
    spans = _with_ends(rng, plan, people, groups, spans)
    spans = _concat(spans, _rejoined(rng, plan, people, groups, spans))
    spans = spans.take(np.lexsort((spans.start, spans.group)))
    spans, mass_exit = _plant_mass_exit(rng, plan, groups, spans)
    return replace(spans, inviter=_inviters(rng, groups, spans)), mass_exit


def _concat(*parts: Spans) -> Spans:
    names = [field.name for field in fields(Spans)]
    return Spans(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def _begun(member: Ints, group: Ints, start: Ints, has_join: Bools, channel: Ints) -> Spans:
    """Spans whose end is not decided yet."""
    return Spans(
        member=member,
        group=group,
        start=start,
        end=np.full(len(member), FOREVER),
        has_join=has_join,
        leaves=np.zeros(len(member), dtype=bool),
        channel=channel,
        inviter=np.full(len(member), NONE),
    )


def _first_spans(rng: np.random.Generator, plan: Plan, people: People, groups: Groups) -> Spans:
    count = people.customers
    member = np.arange(count)
    day = np.empty(count, dtype=np.int64)
    for number in range(len(words.CHANNELS)):
        of_channel = people.channel == number
        day[of_channel] = draw(rng, _arrivals(rng, plan, number), int(of_channel.sum()))
    start = at_people_hours(rng, plan.start + day * DAY)
    opening = rng.random(count) < _OPENING
    day[opening] = 0
    start[opening] = plan.start - DAY
    group = _pick_groups(rng, plan, groups, day)
    channel = np.where(opening | (rng.random(count) < 0.06), NONE, people.channel)
    spans = _begun(member, group, start, ~opening, channel)
    return spans.take(group >= 0)


def _arrivals(rng: np.random.Generator, plan: Plan, channel: int) -> Floats:
    """Joins a day through one channel: a launch, growth, the week, bursts while a campaign runs."""
    days = np.arange(plan.days)
    weekday = (plan.start // DAY + days + 3) % 7
    launch = 5.0 * np.exp(-days / 4.0)
    weights = (0.7 + 0.6 * days / plan.days + launch) * WEEKDAY_WEIGHTS[weekday]
    for start, length in campaigns(plan, channel):
        weights[start : start + length] *= 3.0
    return np.asarray(weights * np.exp(rng.normal(0, 0.15, plan.days)))


def campaigns(plan: Plan, channel: int) -> list[tuple[int, int]]:
    """First day and length of a paid channel's campaigns, one every two months or so."""
    if not words.CHANNELS[channel].is_paid:
        return []
    rng = plan.rng("campaigns", channel)
    count = max(1, plan.days // 60)
    return [(int(day), int(rng.integers(5, 11))) for day in np.sort(rng.integers(0, plan.days, count))]


def _pick_groups(rng: np.random.Generator, plan: Plan, groups: Groups, day: Ints) -> Ints:
    """A group for each day among those open all of that day, by weight; NONE where there is none."""
    first = -(-(groups.created - plan.start) // DAY)
    last = (groups.dissolved - plan.start) // DAY
    days = np.arange(plan.days)[:, None]
    is_open = (first[None, :] <= days) & (days < last[None, :])
    fresh = 1.0 + 2.0 * ((days - first[None, :]) < 21)
    ladder = np.cumsum(is_open * fresh * groups.weight[None, :], axis=1)
    total = ladder[:, -1:]
    ladder = np.divide(ladder, total, out=np.zeros_like(ladder), where=total > 0) + days
    wanted = day + rng.random(len(day)) * (1 - 1e-9)
    found = np.searchsorted(ladder.ravel(), wanted, side="right") - day * groups.count
    return np.where(total[day, 0] > 0, np.minimum(found, groups.count - 1), NONE)


def _extra_spans(rng: np.random.Generator, plan: Plan, groups: Groups, first: Spans) -> Spans:
    repeats = rng.poisson(_EXTRA_GROUPS, len(first))
    index = np.repeat(np.arange(len(first)), repeats)
    start = np.maximum(first.start[index], plan.start) + (rng.exponential(30, len(index)) * DAY).astype(
        np.int64
    )
    index, start = index[start < plan.end], start[start < plan.end]
    start = at_people_hours(rng, start)
    group = _pick_groups(rng, plan, groups, (start - plan.start) // DAY)
    luck = rng.random(len(index))
    channel = np.where(luck < 0.45, words.REFERRAL, np.where(luck < 0.7, first.channel[index], NONE))
    spans = _begun(first.member[index], group, start, np.ones(len(index), dtype=bool), channel)
    return spans.take((group >= 0) & (start > first.start[index]))


def _one_per_pair(spans: Spans) -> Spans:
    """The earliest span of each group and member."""
    spans = spans.take(np.lexsort((spans.start, spans.member, spans.group)))
    repeated = (np.diff(spans.group) == 0) & (np.diff(spans.member) == 0)
    return spans.take(np.concatenate([[True], ~repeated]))


def _with_ends(rng: np.random.Generator, plan: Plan, people: People, groups: Groups, spans: Spans) -> Spans:
    """Decides who leaves when: a channel's part stays for good, the others' survival falls like 1/x."""
    channel = people.channel[spans.member]
    luck = rng.random(len(spans))
    survival = np.maximum(rng.random(len(spans)), 1e-6)
    days = np.minimum(_HALF_LIFE[channel] * (1.0 / survival - 1.0), 10_000.0)
    leave = np.maximum(spans.start, plan.start) + (days * DAY).astype(np.int64)
    leave = np.maximum(at_people_hours(rng, leave), spans.start + 600)
    leave = np.where(luck < _STAYS[channel], FOREVER, leave)
    leaves = (leave < plan.end) & (leave < groups.dissolved[spans.group])
    return replace(spans, end=np.where(leaves, leave, groups.dissolved[spans.group]), leaves=leaves)


def _rejoined(rng: np.random.Generator, plan: Plan, people: People, groups: Groups, spans: Spans) -> Spans:
    back = spans.take(spans.leaves & (rng.random(len(spans)) < _REJOINS))
    start = at_people_hours(rng, back.end + DAY + (rng.exponential(14, len(back)) * DAY).astype(np.int64))
    again = _begun(back.member, back.group, start, np.ones(len(back), dtype=bool), back.channel)
    again = again.take((start < plan.end) & (start < groups.dissolved[back.group]))
    return _with_ends(rng, plan, people, groups, again)


def _plant_mass_exit(
    rng: np.random.Generator, plan: Plan, groups: Groups, spans: Spans
) -> tuple[Spans, MassExit]:
    """Nearly half of one lasting group leaves within three hours, twelve days before the end."""
    moment = plan.end - 12 * DAY + 19 * HOUR + HOUR // 2
    inside = spans.alive(np.arange(len(spans)), np.full(len(spans), moment)) & spans.has_join
    size = np.bincount(spans.group[inside], minlength=groups.count).astype(np.float64)
    old = groups.created < moment - min(45, plan.days // 3) * DAY
    steady = old & ~groups.is_flash & (groups.dissolved == FOREVER) & (groups.kind == 0)
    steady[-1] = False
    group = int(np.argmax(size * np.where(steady, 1_000, 1)))
    candidates = np.flatnonzero(inside & (spans.group == group))
    chosen = rng.permutation(candidates)[: max(12, int(len(candidates) * _MASS_EXIT_PART))]
    end, leaves = spans.end.copy(), spans.leaves.copy()
    end[chosen] = moment + rng.integers(60, 3 * HOUR, len(chosen))
    leaves[chosen] = True
    return replace(spans, end=end, leaves=leaves), MassExit(group, moment, len(chosen))


def _inviters(rng: np.random.Generator, groups: Groups, spans: Spans) -> Ints:
    """Joins by referral name a member who is in the group at that time, mostly."""
    bounds = spans.bounds(groups.count)
    before = np.arange(len(spans)) - bounds[spans.group]
    place = bounds[spans.group] + (rng.random(len(spans)) * before).astype(np.int64)
    works = (spans.channel == words.REFERRAL) & (before > 0) & spans.alive(place, spans.start)
    works &= spans.member[place] != spans.member
    return np.where(works, spans.member[place], NONE)


def first_joins(people: People, spans: Spans) -> Ints:
    """Each customer's earliest join that the export shows, FOREVER without one."""
    first = np.full(people.customers, FOREVER)
    np.minimum.at(first, spans.member[spans.has_join], spans.start[spans.has_join])
    return first


def membership_table(plan: Plan, people: People, groups: Groups, spans: Spans) -> tuple[pa.Table, Ints]:
    """The entity `membership_events` in order of time, and each event's moment."""
    rng = plan.rng("membership_events")
    joins, leaves = np.flatnonzero(spans.has_join), np.flatnonzero(spans.leaves)
    index = columns.joined([joins, leaves])
    is_join = np.arange(len(index)) < len(joins)
    when = np.where(is_join, spans.start[index], spans.end[index])
    order = np.argsort(when, kind="stable")
    index, is_join, when = index[order], is_join[order], when[order]
    inviter = np.where(is_join, spans.inviter[index], NONE)
    channel = np.where(is_join, spans.channel[index], NONE)
    scene = np.where(inviter >= 0, 1, draw(rng, np.array([6.0, 1, 2, 1]), len(index)))
    script = np.where(is_join & (channel >= 0), rng.integers(0, 3, len(index)), NONE)
    table = pa.table(
        {
            "group_id": columns.lookup(groups.ids, spans.group[index]),
            "member_id": columns.lookup(people.ids, spans.member[index]),
            "event_type": columns.lookup(["leave", "join"], is_join.astype(np.int64)),
            "occurred_at": columns.moments(when),
            "scene": columns.lookup(words.SCENES, np.where(is_join, scene, NONE)),
            "channel_id": columns.lookup([channel.channel_id for channel in words.CHANNELS], channel),
            "script_id": columns.lookup(["script_a", "script_b", "script_c"], script),
            "inviter_id": columns.lookup(people.ids, inviter),
            "leave_reason": columns.lookup(
                words.LEAVE_REASONS, np.where(is_join, NONE, (rng.random(len(index)) < 0.12).astype(np.int64))
            ),
        }
    )
    return table, when
