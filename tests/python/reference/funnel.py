"""mart_funnel and mart_referral."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta

from .calendar import DAY, period_start, periods, shift
from .load import Row
from .scope_facts import ScopeFacts
from .spans import Span
from .tables import Table, columns, ratio
from .world import UNKNOWN, Scope, World

STEPS = ("exposed", "joined", "activated", "retained", "purchased", "repurchased", "referred")
ACTIVATION_WINDOW = timedelta(hours=7 * 24)
RETAINED_AFTER = timedelta(days=30)
INVITED_RETAINED_AFTER = timedelta(days=7)


def funnel(world: World) -> Table:
    """Seven steps for each month's cohort of scope all and of each channel (R12, R16)."""
    table = Table(
        "marts",
        "mart_funnel",
        ("scope_type", "scope_id", "cohort_start", "step"),
        columns(
            "text: scope_type scope_id; date: cohort_start; text: step; count: step_number members"
            " nested_members; double: step_rate cohort_rate; bool: is_complete"
        ),
    )
    reached = _reached(world)
    cohorts: dict[tuple[Scope, date], list[set[int]]] = defaultdict(list)
    for member_id, steps in reached.items():
        span = world.first_span(member_id)
        assert span is not None
        month = period_start("month", span.start_date)
        if shift("month", month, 1) > world.history_start:
            cohorts[("all", "all"), month].append(steps)
            cohorts[("channel", span.channel_id or UNKNOWN), month].append(steps)
    for (scope, month), cohort in cohorts.items():
        impressions = sum(
            row["impressions"] or 0
            for row in world.spend
            if period_start("month", row["spend_date"]) == month
            and (scope[0] == "all" or row["channel_id"] == scope[1])
        )
        head = {"scope_type": scope[0], "scope_id": scope[1], "cohort_start": month}
        last_day = shift("month", month, 1) - DAY
        table.rows.extend(head | row for row in _steps(cohort, impressions))
        for row in table.rows[-len(STEPS) :]:
            row["is_complete"] = last_day + RETAINED_AFTER <= world.as_of
    return table


def _steps(cohort: list[set[int]], impressions: int) -> list[Row]:
    rows: list[Row] = []
    for number, name in enumerate(STEPS, start=1):
        members = impressions if number == 1 else sum(number in steps for steps in cohort)
        nested = impressions if number == 1 else sum(steps >= {*range(2, number + 1)} for steps in cohort)
        rows.append(
            {
                "step": name,
                "step_number": number,
                "members": members,
                "nested_members": nested,
                "step_rate": ratio(nested, rows[-1]["nested_members"]) if rows else None,
                "cohort_rate": ratio(members, len(cohort)) if rows else None,
            }
        )
    return rows


def _reached(world: World) -> dict[str, set[int]]:
    """The steps from 2 on that each customer of a cohort reached."""
    valid_at: dict[str, list[datetime]] = defaultdict(list)
    for message in world.messages:
        if message.is_valid:
            valid_at[message.member_id].append(message.sent_at)
    paid_at: dict[str | None, list[datetime]] = defaultdict(list)
    for order in world.orders:
        if order.is_paid and order.paid_at is not None:
            paid_at[order.member_id].append(order.paid_at)
    invited_at: dict[str, list[datetime]] = defaultdict(list)
    for span in _invitations(world.spans):
        invited_at[_inviter(span)].append(span.started_at)
    reached = {}
    for member_id, spans in world.spans_of_member.items():
        first = world.first_span(member_id)
        if first is None or first.join_source == "opening":
            continue
        start, day_30 = first.started_at, first.start_date + RETAINED_AFTER
        dates = {moment.date() for moment in paid_at.get(member_id, ()) if moment >= start}
        is_reached = {
            2: True,
            3: any(start <= moment <= start + ACTIVATION_WINDOW for moment in valid_at.get(member_id, ())),
            4: day_30 <= world.as_of and any(span.covers_end_of(day_30) for span in spans),
            5: len(dates) >= 1,
            6: len(dates) >= 2,
            7: any(moment >= start for moment in invited_at.get(member_id, ())),
        }
        reached[member_id] = {number for number, flag in is_reached.items() if flag}
    return reached


def _inviter(span: Span) -> str:
    return str(span.join["inviter_id"]) if span.join else ""


def _invitations(spans: list[Span]) -> list[Span]:
    """Spans that a join event started which names somebody else as inviter."""
    return [
        span
        for span in spans
        if span.join_source == "event"
        and span.join is not None
        and span.join["inviter_id"] not in (None, span.member_id)
    ]


def referral(world: World, facts: dict[Scope, ScopeFacts]) -> Table:
    """Periods month and all; scopes all and group; inviters are customers and never invite themselves."""
    table = Table(
        "marts",
        "mart_referral",
        ("period_type", "period_start", "scope_type", "scope_id"),
        columns(
            "text: period_type; date: period_start; text: scope_type scope_id; count: inviting_members"
            " invited_members; double: referral_rate invites_per_inviter k_factor"
            " invited_retention_rate_7d"
        ),
    )
    for period_type in ("month", "all"):
        for period in periods(period_type, world.history_start, world.as_of):
            for scope, found in facts.items():
                if scope[0] not in ("all", "group") or not found.has_row(period):
                    continue
                invited = [
                    span
                    for span in _invitations(found.starting(period.start, period.effective_end))
                    if world.people.is_customer(_inviter(span))
                ]
                present = len(found.members_present(period.start, period.effective_end))
                table.rows.append(period.head(scope) | _referral(world, invited, present))
    return table


def _referral(world: World, invited: list[Span], present: int) -> Row:
    inviting = {_inviter(span) for span in invited}
    members = {span.member_id for span in invited}
    days = [(span, span.start_date + INVITED_RETAINED_AFTER) for span in invited]
    eligible = [(span, day) for span, day in days if day <= world.as_of]
    retained = [
        span
        for span, day in eligible
        if any(
            other.group_id == span.group_id and other.covers_end_of(day)
            for other in world.spans_of_member[span.member_id]
        )
    ]
    return {
        "inviting_members": len(inviting),
        "invited_members": len(members),
        "referral_rate": ratio(len(inviting), present),
        "invites_per_inviter": ratio(len(members), len(inviting)),
        "k_factor": ratio(len(members), present),
        "invited_retention_rate_7d": ratio(len(retained), len(eligible)),
    }
