"""Articles with their daily figures, and the targets that the owners are measured by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from orchestration.demo import columns
from orchestration.demo import vocabulary as words
from orchestration.demo.groups import Groups
from orchestration.demo.orders import Orders
from orchestration.demo.plan import DAY, EPOCH, FOREVER, Plan

_READ_DAYS = 7
_TITLES = ("怎么挑", "的三种吃法", "产地日记", "开箱", "省钱清单")


def posts_table(plan: Plan) -> pa.Table:
    """The entity `content_posts`: an article every third day, read for a week."""
    rng = plan.rng("posts")
    begins = np.arange(0, plan.days, 3)
    post = np.repeat(np.arange(len(begins)), _READ_DAYS)
    age = np.tile(np.arange(_READ_DAYS), len(begins))
    day = begins[post] + age
    post, age, day = post[day < plan.days], age[day < plan.days], day[day < plan.days]
    appeal = np.exp(rng.normal(0, 0.5, len(begins)))[post]
    reads = rng.poisson(plan.customers * 0.12 * appeal * 0.45**age) + 1
    goods = [item[0] for category in words.GOODS.values() for item in category]
    titles = [
        goods[number * 7 % len(goods)] + _TITLES[number % len(_TITLES)] for number in range(len(begins))
    ]
    return pa.table(
        {
            "post_date": columns.days(plan.start + day * DAY),
            "post_id": columns.ids("post", post + 1, 4),
            "title": columns.lookup(titles, post),
            "reads": columns.whole(reads),
            "readers": columns.whole(
                np.maximum((reads * rng.uniform(0.7, 0.9, len(reads))).astype(np.int64), 1)
            ),
            "shares": columns.whole(rng.binomial(reads, 0.04)),
            "favorites": columns.whole(rng.binomial(reads, 0.02)),
            "likes": columns.whole(rng.binomial(reads, 0.06)),
            "comments": columns.whole(rng.binomial(reads, 0.012)),
        }
    )


@dataclass(frozen=True)
class _Target:
    """One metric of the card; target NaN where the direction is band."""

    metric: str
    target: float
    weight: float
    direction: str
    low: float = float("nan")
    high: float = float("nan")


def targets_table(plan: Plan, groups: Groups, orders: Orders) -> pa.Table:
    """The entity `kpi_targets`: the last three months for all, each owner and each group type."""
    owners = np.unique(groups.owner[groups.owner >= 0])
    scopes = [("all", "all", 1.0)]
    scopes += [("owner", f"st{owner + 1:03d}", float((groups.owner == owner).mean())) for owner in owners]
    scopes += [
        ("group_type", name, float((groups.kind == kind).mean()))
        for kind, name in enumerate(words.GROUP_TYPES)
    ]
    rows = [
        {
            "scorecard": "ops_monthly",
            "period_type": "month",
            "period_start": month,
            "scope_type": scope_type,
            "scope_id": scope_id,
            "metric_id": row.metric,
            "target": row.target,
            "weight": row.weight,
            "direction": row.direction,
            "low": row.low,
            "high": row.high,
        }
        for month in _last_months(plan)
        for scope_type, scope_id, part in scopes
        for row in _card(orders, month, part)
    ]
    table = pa.Table.from_pylist(rows)
    for name in ("target", "low", "high"):
        numbers = table[name].to_numpy(zero_copy_only=False)
        table = table.set_column(table.column_names.index(name), name, columns.decimals(numbers))
    return table


def _last_months(plan: Plan) -> list[date]:
    month = plan.last_day.replace(day=1)
    months = [month]
    while len(months) < 3:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return [month for month in sorted(months) if month >= plan.first_day.replace(day=1)]


def _card(orders: Orders, month: date, part: float) -> list[_Target]:
    """Targets a little above what this part of the community usually reaches."""
    start = (month - EPOCH).days * DAY
    inside = (orders.paid_at >= start) & (orders.paid_at < start + 31 * DAY) & (orders.span >= 0)
    inside &= orders.paid_at < FOREVER
    sales = float((orders.paid - orders.refund)[inside].sum()) / 100
    return [
        _Target("net_sales", round(sales * part * 1.05, -2) + 100, 30, "up"),
        _Target("active_rate", 0.42, 20, "up"),
        _Target("leave_rate", 0.12, 15, "down"),
        _Target("member_conversion_rate", 0.3, 20, "up"),
        _Target("messages_per_member", float("nan"), 15, "band", 3.0, 9.0),
    ]
