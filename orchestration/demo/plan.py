"""How large the invented community is, and its reproducible random numbers."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Scale = Literal["small", "medium", "large"]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

DAY = 86_400
HOUR = 3_600
NONE = -1
"""Unknown: an empty cell in the export."""
FOREVER = 1 << 40
"""A moment that never comes; also an empty cell."""
EPOCH = date(1970, 1, 1)
DEMO_VERSION = 2
"""Rises whenever the same seed gives other bytes."""
DEFAULT_LAST_DAY = date(2026, 6, 30)


@dataclass(frozen=True)
class Window:
    """A calendar month cut to the demo's days; seconds since 1970 in business time, half open."""

    label: str
    start: int
    end: int
    number: int


@dataclass(frozen=True)
class Plan:
    """Sizes of one demo.

    Attributes:
        customers: People who join groups; outside buyers come on top.
        talk: Group messages of customers to aim at.
        turns: Private chat turns; each is about three messages.
        chatter: Staff, bot and shill messages a group and day.
        texts: Different texts a topic and product category.
        file_format: csv, or parquet in one part a month.
    """

    scale: Scale
    seed: int
    last_day: date
    days: int
    customers: int
    groups: int
    staff: int
    talk: int
    turns: int
    orders: int
    touches: int
    page_views: int
    actions: int
    chatter: float
    texts: int
    file_format: Literal["csv", "parquet"] = "csv"

    @property
    def first_day(self) -> date:
        return self.last_day - timedelta(days=self.days - 1)

    @property
    def start(self) -> int:
        """First second of the first day, business time."""
        return (self.first_day - EPOCH).days * DAY

    @property
    def end(self) -> int:
        """First second after the last day, business time."""
        return self.start + self.days * DAY

    def months(self) -> list[Window]:
        """The calendar months, the first and the last cut to the demo's days."""
        windows: list[Window] = []
        day = self.first_day
        while day <= self.last_day:
            following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
            stop = min((following - EPOCH).days * DAY, self.end)
            windows.append(Window(f"{day:%Y-%m}", (day - EPOCH).days * DAY, stop, len(windows)))
            day = following
        return windows

    def share(self, window: Window) -> float:
        """The part of all days that lies in `window`."""
        return (window.end - window.start) / (self.days * DAY)

    def rng(self, purpose: str, number: int = 0) -> np.random.Generator:
        """A generator of its own for each purpose, so that one part's draws never move another's."""
        key = zlib.crc32(f"{self.scale}/{purpose}".encode())
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence([self.seed, key, number])))


_SIZES: dict[Scale, Plan] = {
    "small": Plan(
        scale="small", seed=0, last_day=DEFAULT_LAST_DAY, days=180, customers=2_000, groups=30, staff=8,
        talk=52_000, turns=2_500, orders=6_000, touches=24_000, page_views=18_000, actions=9_000,
        chatter=2.4, texts=120,
    ),
    "medium": Plan(
        scale="medium", seed=0, last_day=DEFAULT_LAST_DAY, days=365, customers=50_000, groups=500,
        staff=40, talk=1_600_000, turns=60_000, orders=200_000, touches=600_000, page_views=500_000,
        actions=250_000, chatter=1.8, texts=400,
    ),
    "large": Plan(
        scale="large", seed=0, last_day=DEFAULT_LAST_DAY, days=730, customers=1_000_000, groups=5_000,
        staff=250, talk=15_500_000, turns=500_000, orders=3_000_000, touches=3_400_000, page_views=3_000_000,
        actions=1_500_000, chatter=1.2, texts=800, file_format="parquet",
    ),
}  # fmt: skip


def make_plan(scale: Scale, seed: int, last_day: date | None = None, days: int | None = None) -> Plan:
    """The plan of `scale`; fewer `days` keep people and groups and shrink what happens in proportion."""
    plan = replace(_SIZES[scale], seed=seed, last_day=last_day or DEFAULT_LAST_DAY)
    if days is None:
        return plan
    part = days / plan.days
    return replace(
        plan,
        days=days,
        talk=round(plan.talk * part),
        turns=round(plan.turns * part),
        orders=round(plan.orders * part),
        touches=round(plan.touches * part),
        page_views=round(plan.page_views * part),
        actions=round(plan.actions * part),
    )
