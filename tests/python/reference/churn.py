"""mart_churn_risk: rules that add points, as docs/scores.md gives them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from statistics import median

from .quantiles import quantile
from .seeds import seed
from .spans import Span
from .tables import Table, columns
from .world import World


@dataclass
class MemberFacts:
    """What the rules ask about a member beyond one group.

    Attributes:
        purchase_dates: Dates with a paid order ever, any shop, in order.
        delivered: Delivered touches of the last 28 days.
        clicked: Those of them that were clicked.
        has_complained: A complaint was opened in the last 28 days.
    """

    purchase_dates: list[date] = field(default_factory=list)
    delivered: int = 0
    clicked: int = 0
    has_complained: bool = False


def churn_risk(world: World) -> Table:
    """One row per customer and group it is in at the end of as_of_date."""
    table = Table(
        "marts",
        "mart_churn_risk",
        ("member_id", "group_id"),
        columns(
            "text: member_id group_id; count: risk_score; text: risk_band reasons reasons_zh lifecycle_stage;"
            "count: days_since_active days_in_group"
        ),
    )
    rules = sorted(seed("churn_rules"), key=lambda rule: int(rule["sort_order"]))
    messages: dict[tuple[str, str], Counter[date]] = defaultdict(Counter)
    for message in world.messages:
        if message.is_valid:
            messages[message.group_id, message.member_id][message.sent_date] += 1
    people = _member_facts(world)
    for span in world.spans:
        if not span.covers_end_of(world.as_of):
            continue
        spoken = messages.get((span.group_id, span.member_id), Counter())
        fired = set(_fired(world.as_of, span, spoken, people[span.member_id]))
        reasons = [rule for rule in rules if rule["rule_id"] in fired]
        score = min(100, sum(int(rule["points"]) for rule in reasons))
        in_group = (world.as_of - span.start_date).days
        table.rows.append(
            {
                "member_id": span.member_id,
                "group_id": span.group_id,
                "risk_score": score,
                "risk_band": "high" if score >= 50 else "medium" if score >= 25 else "low",
                "reasons": ", ".join(rule["rule_id"] for rule in reasons),
                "reasons_zh": "、".join(rule["label_zh"] for rule in reasons),
                "lifecycle_stage": _lifecycle_stage(in_group),
                "days_since_active": (world.as_of - max(spoken)).days if spoken else None,
                "days_in_group": in_group,
            }
        )
    return table


def _lifecycle_stage(days_in_group: int) -> str:
    if days_in_group <= 7:
        return "settling"
    return "choosing" if days_in_group <= 30 else "stable"


def _member_facts(world: World) -> defaultdict[str, MemberFacts]:
    people: defaultdict[str, MemberFacts] = defaultdict(MemberFacts)
    recent = world.as_of - timedelta(days=27)
    for order in world.orders:
        if order.is_paid and order.member_id is not None:
            people[order.member_id].purchase_dates.append(order.paid_date)
    for found in people.values():
        found.purchase_dates = sorted(set(found.purchase_dates))
    for touch in world.touches:
        if touch.is_delivered and touch.touched_at.date() >= recent:
            people[touch.member_id].delivered += 1
            people[touch.member_id].clicked += touch.is_clicked
    for row in world.rows["feedback"]:
        is_complaint = row["feedback_kind"] == "complaint" and row["member_id"] is not None
        if is_complaint and world.is_counted_time(row["opened_at"]) and row["opened_at"].date() >= recent:
            people[row["member_id"]].has_complained = True
    return people


def _fired(as_of: date, span: Span, spoken: Counter[date], member: MemberFacts) -> Iterator[str]:
    """The ids of the rules that fire."""
    if not spoken and (as_of - span.start_date).days > 7:
        yield "never_active"
    if spoken and (as_of - max(spoken)).days > max(Fraction(7), _habit(sorted(spoken))):
        yield "silent_beyond_habit"
    before = _between(spoken, as_of - timedelta(days=41), as_of - timedelta(days=14))
    lately = _between(spoken, as_of - timedelta(days=13), as_of)
    if before >= 4 and 4 * lately < before:
        yield "messages_halved"
    bought = member.purchase_dates
    if len(bought) >= 2 and (as_of - bought[-1]).days > Fraction(3, 2) * Fraction(median(_gaps(bought))):
        yield "purchase_overdue"
    if member.delivered >= 3 and member.clicked == 0:
        yield "touches_ignored"
    if member.has_complained:
        yield "complained"


def _habit(active_days: Sequence[date]) -> Fraction:
    """How long the member is used to be silent: the 90 % quantile of its gaps, 14 days below two gaps."""
    if len(active_days) < 3:
        return Fraction(14)
    return quantile([Fraction(gap) for gap in sorted(_gaps(active_days))], Fraction(9, 10))


def _gaps(dates: Sequence[date]) -> list[int]:
    return [(later - earlier).days for earlier, later in pairwise(dates)]


def _between(counts: Counter[date], first: date, last: date) -> int:
    return sum(count for day, count in counts.items() if first <= day <= last)
