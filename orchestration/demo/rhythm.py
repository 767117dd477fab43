"""When people in Asia/Shanghai talk and buy: hours, weekdays, and draws from weights."""

from __future__ import annotations

import numpy as np

from orchestration.demo.plan import DAY, HOUR, Bools, Floats, Ints

# Lunch and 20-22 h peaks on working days; a later start and a fuller afternoon at weekends.
_WORKING = [1.0, 0.5, 0.25, 0.15, 0.15, 0.3, 1.2, 2.6, 3.6, 4.0, 4.4, 5.4, 7.0, 5.2, 3.8, 3.8, 4.0, 4.6]
_WORKING += [5.4, 6.6, 9.4, 9.8, 6.4, 2.8]
_WEEKEND = [1.6, 0.8, 0.4, 0.2, 0.15, 0.2, 0.6, 1.4, 2.8, 4.4, 5.4, 6.0, 6.4, 5.4, 5.2, 5.4, 5.4, 5.2]
_WEEKEND += [5.4, 6.4, 8.6, 9.0, 6.6, 3.6]
WEEKDAY_WEIGHTS = np.array([0.92, 0.9, 0.92, 0.95, 1.05, 1.2, 1.16])
"""Monday first."""
OFFICE_HOURS = np.array([0.0] * 8 + [2, 6, 7, 6, 3, 4, 6, 6, 6, 5, 4, 5, 6, 4, 0.5, 0.1])
"""When staff write of their own accord."""


def weekday(moments: Ints) -> Ints:
    """0 = Monday; the first of January 1970 was a Thursday."""
    return np.asarray((moments // DAY + 3) % 7)


def draw(rng: np.random.Generator, weights: Floats, count: int) -> Ints:
    """`count` indices into `weights`, in proportion to them."""
    ladder = np.cumsum(weights)
    found = np.searchsorted(ladder, rng.random(count) * ladder[-1], side="right")
    return np.asarray(np.minimum(found, len(weights) - 1), dtype=np.int64)


def at_people_hours(rng: np.random.Generator, moments: Ints) -> Ints:
    """The same days, at an hour when people write and buy."""
    days = moments // DAY
    hours = np.where(
        weekday(moments) >= 5,
        draw(rng, np.array(_WEEKEND), len(moments)),
        draw(rng, np.array(_WORKING), len(moments)),
    )
    return np.asarray(days * DAY + hours * HOUR + rng.integers(0, HOUR, len(moments)))


def at_office_hours(rng: np.random.Generator, moments: Ints) -> Ints:
    """The same days, at an hour when staff write."""
    hours = draw(rng, OFFICE_HOURS, len(moments))
    return moments // DAY * DAY + hours * HOUR + rng.integers(0, HOUR, len(moments))


def kept_by_weekday(rng: np.random.Generator, moments: Ints) -> Bools:
    """Thins evenly spread moments to the week's rhythm; keeps `WEEKDAY_KEPT` of them."""
    weights = WEEKDAY_WEIGHTS / WEEKDAY_WEIGHTS.max()
    return np.asarray(rng.random(len(moments)) < weights[weekday(moments)])


WEEKDAY_KEPT = float(WEEKDAY_WEIGHTS.mean() / WEEKDAY_WEIGHTS.max())


def interest(seconds: Ints | Floats, half: float, floor: float) -> Floats:
    """Days' worth of interest in the first `seconds` of a membership: falls like 1/x to a floor.

    Args:
        seconds: Time since joining; negative counts as none.
        half: Days after which the falling part has halved.
        floor: What stays of it for ever, 0 to 1.
    """
    days = np.maximum(np.asarray(seconds, dtype=np.float64), 0.0) / DAY
    return floor * days + (1 - floor) * half * np.log1p(days / half)
