"""Channels and what is spent on them, day by day."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from orchestration.demo import columns
from orchestration.demo import vocabulary as words
from orchestration.demo.plan import DAY, NONE, Ints, Plan
from orchestration.demo.spans import Spans, campaigns


def channels_table() -> pa.Table:
    """The entity `channels`."""
    channels = words.CHANNELS
    return pa.table(
        {
            "channel_id": pa.array([channel.channel_id for channel in channels]),
            "channel_name": pa.array([channel.name for channel in channels]),
            "channel_kind": pa.array([channel.kind for channel in channels]),
            "parent_channel_id": pa.array([channel.parent for channel in channels], pa.string()),
            "is_paid": pa.array([channel.is_paid for channel in channels]),
        }
    )


def spend_table(plan: Plan, spans: Spans) -> pa.Table:
    """The entity `channel_spend`: follows the joins of the day; campaigns also hand out red packets."""
    parts = [
        _channel_spend(plan, number, _joins_by_day(plan, spans, number))
        for number, channel in enumerate(words.CHANNELS)
        if channel.cost_kind
    ]
    return pa.concat_tables(parts)


def _joins_by_day(plan: Plan, spans: Spans, channel: int) -> Ints:
    joins = spans.has_join & (spans.channel == channel)
    return np.bincount((spans.start[joins] - plan.start) // DAY, minlength=plan.days)


def _channel_spend(plan: Plan, number: int, joins: Ints) -> pa.Table:
    channel = words.CHANNELS[number]
    rng = plan.rng("spend", number)
    smooth = np.convolve(joins, np.ones(5) / 5, mode="same") * 0.7 + joins * 0.3 + 0.3
    noise = np.exp(rng.normal(0, 0.18, (4, plan.days)))
    campaign = np.full(plan.days, NONE)
    for place, (start, length) in enumerate(campaigns(plan, number)):
        campaign[start : start + length] = place
    dear = np.where(campaign >= 0, 1.15, 1.0)
    cents = (smooth * channel.cost * 100 * dear * noise[0]).astype(np.int64)
    counts = {
        "impressions": (smooth * channel.views * noise[1]).astype(np.int64),
        "clicks": (smooth * channel.clicks * noise[2]).astype(np.int64),
        "invited": np.maximum((smooth * channel.invited * noise[3]).astype(np.int64), joins),
    }
    main = _rows(plan, channel, np.arange(plan.days), campaign, channel.cost_kind, cents, counts)
    bursts = np.flatnonzero(campaign >= 0)
    gift_kind = "prize" if channel.cost_kind == "red_packet" else "red_packet"
    gifts = _rows(plan, channel, bursts, campaign[bursts], gift_kind, cents[bursts] // 12, {})
    return pa.concat_tables([main, gifts])


def _rows(
    plan: Plan,
    channel: words.Channel,
    day: Ints,
    campaign: Ints,
    kind: str,
    cents: Ints,
    counts: dict[str, Ints],
) -> pa.Table:
    nothing = np.full(len(day), NONE)
    return pa.table(
        {
            "spend_date": columns.days(plan.start + day * DAY),
            "channel_id": columns.lookup([channel.channel_id], np.zeros(len(day), dtype=np.int64)),
            "campaign_id": columns.lookup(
                columns.ids(f"cmp_{channel.channel_id}_", np.arange(1, 100), 2), campaign
            ),
            "cost_kind": columns.lookup([kind], np.zeros(len(day), dtype=np.int64)),
            "cost_amount": columns.money(cents),
            "impressions": columns.whole(counts.get("impressions", nothing)),
            "clicks": columns.whole(counts.get("clicks", nothing)),
            "invited": columns.whole(counts.get("invited", nothing)),
        }
    )
