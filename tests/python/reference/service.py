"""mart_staff_service, mart_service_quality and mart_content."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from .calendar import Period, periods, periods_of_day
from .load import Row
from .quantiles import HALF, quantile
from .scope_facts import ScopeFacts
from .tables import Table, columns, ratio
from .world import Scope, World

NINE_TENTHS = Fraction(9, 10)
CONTACT_COUNTS = {
    "add": "new_contacts",
    "staff_delete": "deleted_by_staff",
    "customer_delete": "deleted_by_customer",
}


class StaffFacts:
    """What one staff member did in one period."""

    def __init__(self) -> None:
        self.counts: defaultdict[str, int] = defaultdict(int)
        self.conversations: set[str] = set()
        self.served: set[str] = set()
        self.sent_at: list[datetime] = []
        self.seconds: list[Fraction] = []


def staff_service(world: World) -> Table:
    """Periods day, week, month; a staff member has a row where a count is not 0 (R18, R21)."""
    table = Table(
        "marts",
        "mart_staff_service",
        ("period_type", "period_start", "staff_id"),
        columns(
            "text: period_type; date: period_start; text: staff_id; count: conversations customers_served"
            " turns answered_turns; double: reply_rate response_seconds_p50 response_seconds_p90"
            " within_sla_rate; count: unanswered_turns; time: latest_message_time; count: staff_messages"
            " group_messages new_contacts deleted_by_staff deleted_by_customer"
        ),
    )
    for (period_type, start, staff_id), found in _staff_facts(world).items():
        counts, seconds = found.counts, sorted(found.seconds)
        table.rows.append(
            {
                "period_type": period_type,
                "period_start": start,
                "staff_id": staff_id,
                "conversations": len(found.conversations),
                "customers_served": len(found.served),
                "turns": counts["turns"],
                "answered_turns": len(seconds),
                "reply_rate": ratio(len(seconds), counts["turns"]),
                "response_seconds_p50": quantile(seconds, HALF) if seconds else None,
                "response_seconds_p90": quantile(seconds, NINE_TENTHS) if seconds else None,
                "within_sla_rate": ratio(counts["within_sla"], counts["turns"]),
                "unanswered_turns": counts["turns"] - len(seconds),
                "latest_message_time": max((moment.time() for moment in found.sent_at), default=None),
                "staff_messages": len(found.sent_at),
                "group_messages": counts["group_messages"],
            }
            | {name: counts[name] for name in CONTACT_COUNTS.values()}
        )
    return table


def _staff_facts(world: World) -> dict[tuple[str, date, str], StaffFacts]:
    facts: dict[tuple[str, date, str], StaffFacts] = defaultdict(StaffFacts)

    def of(staff_id: str, moment: datetime) -> list[StaffFacts]:
        starts = periods_of_day(("day", "week", "month"), moment.date(), world.history_start)
        return [facts[period_type, start, staff_id] for period_type, start in starts]

    for message in world.private_messages:
        for found in of(message.staff_id, message.sent_at):
            found.conversations.add(message.customer)
            if not message.by_customer:
                found.served.add(message.customer)
                found.sent_at.append(message.sent_at)
    for _, staff_id, turn in world.turns:
        for found in of(staff_id, turn.opened_at):
            found.counts["turns"] += 1
            if turn.answered_at is not None:
                seconds = Fraction((turn.answered_at - turn.opened_at).total_seconds())
                found.seconds.append(seconds)
                found.counts["within_sla"] += seconds <= world.parameters.response_sla_seconds
    for posted in world.messages:
        staff = world.people.staff_of_member.get(posted.member_id)
        if staff is not None and posted.is_staff_message:
            for found in of(staff, posted.sent_at):
                found.counts["group_messages"] += 1
    for row in world.rows["contact_events"]:
        if world.is_counted_time(row["occurred_at"]):
            for found in of(row["staff_id"], row["occurred_at"]):
                found.counts[CONTACT_COUNTS[row["event_type"]]] += 1
    return facts


def service_quality(world: World, facts: dict[Scope, ScopeFacts]) -> Table:
    """Periods week and month; scope all holds every feedback, a group the feedback that names it."""
    table = Table(
        "marts",
        "mart_service_quality",
        ("period_type", "period_start", "scope_type", "scope_id"),
        columns(
            "text: period_type; date: period_start; text: scope_type scope_id; count: complaints praises;"
            "double: complaint_rate praise_rate survey_score_average; count: phone_visits;"
            "double: handling_hours_p50"
        ),
    )
    counted = [row for row in world.rows["feedback"] if world.is_counted_time(row["opened_at"])]
    for period_type in ("week", "month"):
        for period in periods(period_type, world.history_start, world.as_of):
            opened = [row for row in counted if period.start <= row["opened_at"].date() <= period.end]
            for scope, found in facts.items():
                is_kept = scope[0] == "all" and opened  # before any group has life, too
                if scope[0] not in ("all", "group") or not (found.has_row(period) or is_kept):
                    continue
                of_scope = [row for row in opened if scope[0] == "all" or row["group_id"] == scope[1]]
                present = len(found.members_present(period.start, period.effective_end))
                table.rows.append(period.head(scope) | _quality(world, of_scope, present))
    return table


def _quality(world: World, feedback: list[Row], present: int) -> Row:
    of_kind: dict[str, list[Row]] = defaultdict(list)
    for row in feedback:
        of_kind[row["feedback_kind"]].append(row)
    complaints, praises = of_kind["complaint"], of_kind["praise"]
    complaining = {
        row["member_id"]
        for row in complaints
        if row["member_id"] is not None and world.people.is_customer(row["member_id"])
    }
    scores = [row["score"] for row in of_kind["survey"] if row["score"] is not None]
    hours = sorted(
        Fraction((closed - row["opened_at"]).total_seconds()) / 3600
        for row in complaints
        if (closed := world.known(row["closed_at"])) is not None
    )
    return {
        "complaints": len(complaints),
        "praises": len(praises),
        "complaint_rate": ratio(len(complaining), present),
        "praise_rate": ratio(len(praises), len(praises) + len(complaints)),
        "survey_score_average": ratio(sum(scores), len(scores)),
        "phone_visits": len(of_kind["phone_visit"]),
        "handling_hours_p50": quantile(hours, HALF) if hours else None,
    }


def content(world: World) -> Table:
    """Periods week and month, where a count is not 0."""
    table = Table(
        "marts",
        "mart_content",
        ("period_type", "period_start"),
        columns(
            "text: period_type; date: period_start; count: posts reads; double: share_rate like_rate"
            " favorite_rate; count: group_forwards group_likes staff_content_messages"
        ),
    )
    for period_type in ("week", "month"):
        for period in periods(period_type, world.history_start, world.as_of):
            row = _content(world, period)
            if any(row[name] for name, kind in table.columns.items() if kind == "count"):
                table.rows.append({"period_type": period.type, "period_start": period.start} | row)
    return table


def _told(posts: list[Row], name: str) -> int | None:
    """The sum of what posts tell of a figure; None where there are posts and none tells it."""
    told = [row[name] for row in posts if row[name] is not None]
    return None if posts and not told else sum(told)


def _content(world: World, period: Period) -> dict[str, Any]:
    posts = [row for row in world.rows["content_posts"] if period.holds(row["post_date"])]
    sums = {name: _told(posts, name) for name in ("reads", "shares", "likes", "favorites")}
    actions = [action.kind for action in world.actions if period.holds(action.occurred_at.date())]
    created = [
        message
        for message in world.messages
        if period.holds(message.sent_date)
        and world.people.is_staff(message.member_id)
        and message.message_type not in ("text", "system")
        and not message.is_recalled
    ]
    return {
        "posts": len({row["post_id"] for row in posts}),
        "reads": sums["reads"],
        "share_rate": ratio(sums["shares"], sums["reads"]),
        "like_rate": ratio(sums["likes"], sums["reads"]),
        "favorite_rate": ratio(sums["favorites"], sums["reads"]),
        "group_forwards": actions.count("forward"),
        "group_likes": actions.count("like"),
        "staff_content_messages": len(created),
    }
