"""Customers, outside buyers, staff, bots and shills (气氛组), and their other ids."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.demo import columns
from orchestration.demo import vocabulary as words
from orchestration.demo.plan import DAY, FOREVER, NONE, Bools, Floats, Ints, Plan
from orchestration.demo.rhythm import draw

_PHONES = 10_000
"""Numbers 1990000xxxx; nobody beyond has one."""
_SILENT = 0.35
_NEVER_BUYS = 0.4
_UNREGISTERED = 0.01


@dataclass(frozen=True)
class People:
    """Everybody by number: customers first, then outside buyers, staff, bots and shills.

    Attributes:
        ids: Id of each number; beyond `count` stand aliases (openid, then wxid).
        openid, wxid: Number of a person's alias, NONE without.
        activity: How much a customer talks, mean about 1.
        spending: How much a customer buys, mean about 1.
        channel: First channel of a customer.
        reply_seconds: Median response of each staff member.
        ignores: Part of the turns a staff member leaves unanswered.
    """

    customers: int
    outsiders: int
    staff: int
    bots: int
    shills: int
    ids: pa.Array
    openid: Ints
    wxid: Ints
    activity: Floats
    spending: Floats
    channel: Ints
    reply_seconds: Floats
    ignores: Floats

    @property
    def first_staff(self) -> int:
        return self.customers + self.outsiders

    @property
    def first_bot(self) -> int:
        return self.first_staff + self.staff

    @property
    def first_shill(self) -> int:
        return self.first_bot + self.bots

    @property
    def count(self) -> int:
        return self.first_shill + self.shills


def invent_people(plan: Plan) -> People:
    """All people of the plan."""
    rng = plan.rng("people")
    customers, outsiders = plan.customers, plan.customers // 10
    bots, shills = max(2, plan.groups // 50), max(6, plan.groups // 3)
    count = customers + outsiders + plan.staff + bots + shills
    openid = _aliases(rng, count, 0.3, first=count, until=customers + outsiders)
    wxid = _aliases(rng, count, 0.12, first=count + int((openid >= 0).sum()), until=count)
    shares = np.array([channel.share for channel in words.CHANNELS])
    channel = draw(rng, shares, customers)
    activity = _zipf(rng, customers) * (rng.random(customers) >= _SILENT)
    buys = np.array([words.CHANNELS[number].buys for number in range(len(words.CHANNELS))])
    spending = rng.gamma(0.8, 1.25, customers) * (rng.random(customers) >= _NEVER_BUYS) * buys[channel]
    spending *= 0.6 + np.minimum(activity, 4.0) ** 0.5
    reply_seconds = np.exp(rng.normal(np.log(150), 0.6, plan.staff))
    reply_seconds[rng.permutation(plan.staff)[: max(1, plan.staff // 6)]] = 1_500.0
    return People(
        customers=customers,
        outsiders=outsiders,
        staff=plan.staff,
        bots=bots,
        shills=shills,
        ids=_all_ids(customers, outsiders, plan.staff, bots, shills, openid, wxid),
        openid=openid,
        wxid=wxid,
        activity=activity / activity.mean(),
        spending=spending / spending.mean(),
        channel=channel,
        reply_seconds=reply_seconds,
        ignores=rng.uniform(0.02, 0.14, plan.staff),
    )


def _zipf(rng: np.random.Generator, count: int) -> Floats:
    """Zipf-Mandelbrot weights in random order: the top hundredth talks about a sixth of it all."""
    return np.asarray(1.0 / (rng.permutation(count) + 1 + 0.01 * count), dtype=np.float64)


def _aliases(rng: np.random.Generator, count: int, part: float, first: int, until: int) -> Ints:
    chosen = (rng.random(count) < part) & (np.arange(count) < until)
    return np.where(chosen, first + np.cumsum(chosen) - 1, NONE)


def _all_ids(
    customers: int, outsiders: int, staff: int, bots: int, shills: int, openid: Ints, wxid: Ints
) -> pa.Array:
    parts = [
        columns.ids("wm", np.arange(1, customers + outsiders + 1), 7),
        columns.ids("zg", np.arange(1, staff + 1), 4),
        columns.ids("bot", np.arange(1, bots + 1), 3),
        columns.ids("qf", np.arange(1, shills + 1), 4),
        columns.ids("openid-", np.flatnonzero(openid >= 0) + 1, 7),
        columns.ids("wxid-", np.flatnonzero(wxid >= 0) + 1, 7),
    ]
    return pa.concat_arrays([part.cast(pa.string()) for part in parts])


def members_table(plan: Plan, people: People, first_seen: Ints) -> pa.Table:
    """The entity `members`; one person in a hundred is missing from it, half of the outside buyers too."""
    rng = plan.rng("members")
    count = people.count
    number = np.arange(count)
    staffish = number >= people.first_staff
    listed = staffish | (
        (rng.random(count) >= _UNREGISTERED) & (number < people.customers + people.outsiders // 2)
    )
    kind = np.zeros(count, dtype=np.int64)
    kind[people.first_staff :], kind[people.first_bot :], kind[people.first_shill :] = 1, 2, 3
    kind[(rng.random(count) < 0.02) & ~staffish] = NONE
    kind[people.first_staff] = NONE
    seen = np.full(count, FOREVER)
    seen[: people.customers] = np.where(rng.random(people.customers) < 0.95, first_seen, FOREVER)
    table = pa.table(
        {
            "member_id": people.ids.slice(0, count),
            "display_name": _names(number),
            "member_type": columns.lookup(["customer", "staff", "bot", "shill"], kind),
            "unionid": columns.lookup(columns.ids("union-", number, 7), _some(rng, number, 0.7, ~staffish)),
            "phone": _phones(rng, count, ~staffish),
            "gender": columns.lookup(
                words.GENDERS, _some(rng, draw(rng, np.array([62.0, 18, 20]), count), 0.9)
            ),
            "city": columns.lookup(words.CITIES, _some(rng, draw(rng, 1.0 / np.arange(2, 12), count), 0.8)),
            "birthday": columns.days(_some(rng, rng.integers(2_000, 14_000, count) * DAY, 0.3)),
            "first_seen_at": columns.moments(seen),
        }
    )
    return table.filter(pa.array(listed))


def _some(rng: np.random.Generator, values: Ints, part: float, where: Bools | None = None) -> Ints:
    keep = rng.random(len(values)) < part
    return np.where(keep if where is None else keep & where, values, NONE)


def _names(number: Ints) -> pa.Array:
    given = columns.lookup(words.GIVEN_NAMES, number % len(words.GIVEN_NAMES))
    return pc.binary_join_element_wise(given, columns.ids("", number + 1, 4), "")


def _phones(rng: np.random.Generator, count: int, where: Bools) -> pa.Array:
    has = (rng.random(count) < 0.6) & where
    place = np.cumsum(has) - 1
    return columns.lookup(
        columns.ids("1990000", np.arange(_PHONES), 4), np.where(has & (place < _PHONES), place, NONE)
    )


def identities_table(people: People) -> pa.Table:
    """The entity `identities`: openids from shops, wxids from older chat exports."""
    parts = []
    for id_type, alias in (("openid", people.openid), ("wxid", people.wxid)):
        owners = np.flatnonzero(alias >= 0)
        parts.append(
            pa.table(
                {
                    "id_type": columns.lookup([id_type], np.zeros(len(owners), dtype=np.int64)),
                    "id_value": columns.lookup(people.ids, alias[owners]),
                    "member_id": columns.lookup(people.ids, owners),
                }
            )
        )
    return pa.concat_tables(parts)


def staff_ids(people: People) -> pa.Array:
    """Ids of the staff, `st001` on."""
    return columns.ids("st", np.arange(1, people.staff + 1), 3)


def departments(people: People) -> Ints:
    """Department of each staff member; the last quarter is customer service."""
    number = np.arange(people.staff)
    return np.where(number >= people.staff * 3 // 4, 2, number % 2)


def staff_table(people: People) -> pa.Table:
    """The entity `staff`."""
    number = np.arange(people.staff)
    department = departments(people)
    names = pc.binary_join_element_wise("店员", columns.ids("", number + 1, 3), "")
    return pa.table(
        {
            "staff_id": staff_ids(people),
            "staff_name": names,
            "department": columns.lookup(words.DEPARTMENTS, department),
            "role": columns.lookup(words.ROLES, np.where(department == 2, 2, number % 2)),
            "member_id": columns.lookup(people.ids, people.first_staff + number),
        }
    )
