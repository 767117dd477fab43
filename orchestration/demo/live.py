"""Weekly live sessions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from orchestration.demo import columns
from orchestration.demo.plan import DAY, HOUR, NONE, Ints, Plan


@dataclass(frozen=True)
class LiveSessions:
    """In order of start."""

    ids: pa.Array
    start: Ints
    end: Ints


def invent_live_sessions(plan: Plan) -> LiveSessions:
    """Every Thursday and, every second week, Sunday at 20 h."""
    day = np.arange(plan.start, plan.end, DAY)
    weekday, week = (day // DAY + 3) % 7, (day // DAY + 3) // 7
    day = day[(weekday == 3) | ((weekday == 6) & (week % 2 == 0))]
    rng = plan.rng("live")
    start = day + 20 * HOUR
    return LiveSessions(
        columns.ids("live", np.arange(1, len(day) + 1), 4),
        start,
        start + rng.integers(5_400, 9_000, len(day)),
    )


def live_table(plan: Plan, live: LiveSessions, sold: Ints) -> pa.Table:
    """The entity `live_sessions`; the platform claims a tenth more than was `sold` (in cents)."""
    rng = plan.rng("live_table")
    count = len(live.start)
    viewers = rng.integers(plan.customers // 12 + 20, plan.customers // 5 + 60, count)
    names = columns.lookup(["会员日直播", "产地直播", "清仓直播"], rng.integers(0, 3, count))
    return pa.table(
        {
            "live_id": live.ids,
            "live_name": names,
            "started_at": columns.moments(live.start),
            "ended_at": columns.moments(np.where(rng.random(count) < 0.95, live.end, NONE)),
            "viewers": columns.whole(viewers),
            "comments": columns.whole((viewers * rng.uniform(0.2, 1.5, count)).astype(np.int64)),
            "gmv_amount": columns.money((sold * 1.1).astype(np.int64)),
        }
    )
