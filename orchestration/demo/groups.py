"""The groups: what they are for, who owns them, when they begin and dissolve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.demo import columns
from orchestration.demo import vocabulary as words
from orchestration.demo.people import People, staff_ids
from orchestration.demo.plan import DAY, FOREVER, HOUR, NONE, Bools, Floats, Ints, Plan
from orchestration.demo.rhythm import draw

_TALK = np.array([0.9, 1.3, 0.8, 1.0, 1.0])
_BUY = np.array([1.5, 0.7, 0.9, 0.8, 0.8])
_FLASH = 0.13
_QUIET = 0.08
_DISSOLVED = 0.05


@dataclass(frozen=True)
class Groups:
    """Attributes by group number; the last group has no row in the export.

    Attributes:
        kind: Index of GROUP_TYPES, NONE where unknown.
        category: What the group mostly talks about and buys.
        owner: Staff number, NONE without owner.
        created, dissolved: Seconds; FOREVER where it lives on.
        quiet_from: From then on customers no longer talk.
        weight: How many people it draws.
    """

    ids: pa.Array
    kind: Ints
    category: Ints
    platform: Ints
    is_flash: Bools
    owner: Ints
    created: Ints
    dissolved: Ints
    quiet_from: Ints
    weight: Floats

    @property
    def count(self) -> int:
        return len(self.kind)

    @property
    def talk(self) -> Floats:
        """Factor on how much is said."""
        return _TALK[self.kind]

    @property
    def buy(self) -> Floats:
        """Factor on how much is bought."""
        return _BUY[self.kind]


def invent_groups(plan: Plan, people: People) -> Groups:
    """The plan's groups and one more that the export does not list."""
    rng = plan.rng("groups")
    count = plan.groups + 1
    is_flash = _chosen(rng, count, _FLASH)
    early = rng.random(count) < 0.6
    created_day = np.where(
        early, rng.integers(-90, 6, count), rng.integers(6, max(7, plan.days * 3 // 4), count)
    )
    created_day[is_flash] = rng.integers(plan.days // 8, plan.days - 4, int(is_flash.sum()))
    created = plan.start + created_day * DAY + 9 * HOUR + rng.integers(0, HOUR, count)
    life = np.where(is_flash, rng.integers(5, 15, count), rng.integers(60, 200, count))
    ends = is_flash | _chosen(rng, count, _DISSOLVED)
    dissolved = np.where(ends, (created // DAY + life) * DAY + 21 * HOUR, FOREVER)
    dissolved[dissolved <= plan.start + DAY] = FOREVER
    dissolved[dissolved >= plan.end] = FOREVER
    kind = draw(rng, np.array([45.0, 25, 24, 6]), count)
    kind[is_flash] = 0
    kind[_chosen(rng, count, 0.03)] = NONE
    owner = rng.permutation(np.arange(count) % (people.staff * 3 // 4))
    owner[_chosen(rng, count, 0.04)] = NONE
    quiet = _chosen(rng, count, _QUIET) & ~is_flash
    begun = np.maximum(created, plan.start)
    quiet_from = begun + ((plan.end - begun) * rng.uniform(0.25, 0.6, count)).astype(np.int64)
    weight = np.exp(rng.normal(0, 0.5, count)) * np.where(is_flash, 3.0, 1.0)
    weight[-1] = 0.3
    return Groups(
        ids=columns.ids("g", np.arange(1, count + 1), 4),
        kind=kind,
        category=draw(rng, np.array([0.4, 0.2, 0.2, 0.2]), count),
        platform=(rng.random(count) < 0.15).astype(np.int64),
        is_flash=is_flash,
        owner=owner,
        created=created,
        dissolved=dissolved,
        quiet_from=np.where(quiet, quiet_from, FOREVER),
        weight=weight,
    )


def _chosen(rng: np.random.Generator, count: int, part: float) -> Bools:
    """The same number whatever the seed, at least one; never the unlisted last group."""
    chosen = np.zeros(count, dtype=bool)
    chosen[rng.permutation(count - 1)[: max(1, round(part * count))]] = True
    return chosen


def groups_table(plan: Plan, groups: Groups, people: People) -> pa.Table:
    """The entity `groups`, without the unlisted one."""
    number = np.arange(groups.count)
    age = (np.minimum(groups.dissolved, plan.end) - groups.created) // DAY
    names = pc.binary_join_element_wise(
        columns.lookup(words.CATEGORIES, groups.category),
        columns.lookup((*words.GROUP_TYPE_NAMES, "交流群"), groups.kind % 5),
        columns.ids("", number + 1, 2),
        "",
    )
    table = pa.table(
        {
            "group_id": groups.ids,
            "group_name": names,
            "platform": columns.lookup(words.PLATFORMS, groups.platform),
            "group_type": columns.lookup(words.GROUP_TYPES, groups.kind),
            "is_flash": columns.flags(groups.is_flash),
            "stage": columns.lookup(words.STAGES, np.digitize(age, [30, 120])),
            "owner_staff_id": columns.lookup(staff_ids(people), groups.owner),
            "created_at": columns.moments(groups.created),
            "dissolved_at": columns.moments(groups.dissolved),
        }
    )
    return table.slice(0, groups.count - 1)
