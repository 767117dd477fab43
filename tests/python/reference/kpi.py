"""mart_community_kpi and its long form mart_metric_value."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from fractions import Fraction
from math import fsum
from typing import Any

from .calendar import DAY, PERIOD_TYPES, Period, days, last_year_start, periods, shift
from .kpi_columns import COUNTS, METRICS, MONEY, RATES
from .load import Row
from .sales import sales_of
from .scope_facts import ScopeFacts
from .tables import Table, cents, columns, ratio
from .world import Scope, World

GRAIN = ("period_type", "period_start", "scope_type", "scope_id")


def community_kpi(world: World, facts: dict[Scope, ScopeFacts]) -> Table:
    """One row per period and scope, from the first period in which the scope has a span or a message."""
    table = Table(
        "marts",
        "mart_community_kpi",
        GRAIN,
        columns(
            "text: period_type; date: period_start; text: scope_type scope_id; date: period_end; bool:"
            " is_partial;"
            f"count: {COUNTS}; double: {RATES}; money: {MONEY}"
        ),
    )
    for period_type in PERIOD_TYPES:
        for period in periods(period_type, world.history_start, world.as_of):
            for scope, found in facts.items():
                if found.has_row(period):
                    table.rows.append(_row(world, period, scope, found))
    return table


def _row(world: World, period: Period, scope: Scope, facts: ScopeFacts) -> Row:
    row: Row = {
        "period_type": period.type,
        "period_start": period.start,
        "scope_type": scope[0],
        "scope_id": scope[1],
        "period_end": period.end,
        "is_partial": period.is_partial,
    }
    row |= _groups(period, facts)
    row |= _membership(period, facts)
    row |= _activity(period, facts, row["members_present"])
    row |= _sales(world, period, facts, row["members_present"])
    return row


def _groups(period: Period, facts: ScopeFacts) -> Row:
    last = period.effective_end
    alive = [
        group
        for group in facts.groups
        if group.exists_from is not None
        and group.exists_from <= period.end
        and not (group.dissolved_date and group.dissolved_date < period.start)
    ]
    populated = {span.group_id for span in facts.spans_at_end(last)}
    lively = {
        group_id
        for day in days(last - timedelta(days=13), last)
        for group_id in facts.lively_by_date.get(day, ())
    }
    zombies = [
        group
        for group in alive
        if not (group.dissolved_date and group.dissolved_date <= period.end)
        and group.group_id in populated
        and group.exists_from is not None
        and group.exists_from <= last - timedelta(days=14)
        and group.group_id not in lively
    ]
    return {"groups": len(alive), "zombie_groups": len(zombies)}


def _membership(period: Period, facts: ScopeFacts) -> Row:
    first, last = period.start, period.effective_end
    before, after = facts.spans_at_end(first - DAY), facts.spans_at_end(last)
    starting, ending = facts.starting(first, last), facts.ending(first, last)
    leaving = [span for span in ending if span.is_left]
    present = len(facts.members_present(first, last))
    members_start = len({span.member_id for span in before})
    members_end = len({span.member_id for span in after})
    joining_members = len({span.member_id for span in starting})
    leaving_members = len({span.member_id for span in leaving})
    ever_joined = len({span.member_id for span in facts.spans if span.start_date <= last})
    leave_rate = ratio(leaving_members, present)
    return {
        "memberships_start": len(before),
        "joins": len(starting),
        "leaves": len(leaving),
        "dissolved_exits": len(ending) - len(leaving),
        "memberships_end": len(after),
        "net_growth": len(starting) - len(leaving),
        "members_start": members_start,
        "members_present": present,
        "members_end": members_end,
        "joining_members": joining_members,
        "leaving_members": leaving_members,
        "new_member_rate": ratio(joining_members, members_start),
        "leave_rate": leave_rate,
        "stay_rate": ratio(present - leaving_members, present),
        "in_group_rate": ratio(members_end, ever_joined),
    }


def _activity(period: Period, facts: ScopeFacts, present: int) -> Row:
    counts = facts.messages_by_member(period)
    messages, active = sum(counts.values()), len(counts)
    staff_messages = sum(facts.staff_messages_by_date[day] for day in period.days)
    member_days = sum(len(facts.active_by_date.get(day, ())) for day in period.days)
    participants = {member for day in period.days for member in facts.participants_by_date.get(day, ())}
    views = [view for day in period.days for view in facts.views_by_date.get(day, ())]
    is_day = period.type == "day"
    return {
        "messages": messages,
        "staff_messages": staff_messages,
        "staff_message_share": ratio(staff_messages, messages + staff_messages),
        "active_members": active,
        "active_rate": ratio(active, present),
        "active_days_average": ratio(member_days, active),
        "average_daily_active_members": ratio(member_days, (period.effective_end - period.start).days + 1),
        "interaction_rate": _interaction_rate(period, facts),
        "stickiness_rate": None if is_day else _stickiness(period.effective_end, facts),
        "messages_per_member": ratio(messages, present),
        "messages_per_active_member": ratio(messages, active),
        "message_gini": None if is_day else _gini(counts, present),
        "participants": len(participants),
        "participation_rate": ratio(len(participants), present),
        "page_views": len(views),
        "visitors": len({view.visitor_id for view in views}),
    }


def _interaction_rate(period: Period, facts: ScopeFacts) -> float | None:
    """Mean of the daily rates over the days on which somebody is present."""
    rates = [
        len(facts.active_by_date.get(day, ())) / present
        for day in period.days
        if (present := facts.members_present_on(day)) > 0
    ]
    return fsum(rates) / len(rates) if rates else None


def _stickiness(last: date, facts: ScopeFacts) -> float | None:
    """Average daily active members of 28 days over their distinct active members."""
    active_days: Counter[str] = Counter()
    for day in days(last - timedelta(days=27), last):
        active_days.update(facts.active_by_date.get(day, {}).keys())
    return ratio(sum(active_days.values()), 28 * len(active_days))


def _gini(counts: Counter[str], present: int) -> float | None:
    """Population Gini over the members present; those without a message count as zero."""
    total = sum(counts.values())
    if total == 0 or present == 0:
        return None
    values = [0] * (present - len(counts)) + sorted(counts.values())
    weighted = sum(rank * value for rank, value in enumerate(values, start=1))
    return float(Fraction(2 * weighted, present * total) - Fraction(present + 1, present))


def _sales(world: World, period: Period, facts: ScopeFacts, present: int) -> Row:
    sales = sales_of(order for day in period.days for order in facts.orders_by_date.get(day, ()))
    attributed = sales_of(order for day in period.days for order in facts.attributed_by_date.get(day, ()))
    buyers = len(sales.buyers)
    return {
        "orders": sales.orders,
        "buyers": buyers,
        "first_time_buyers": len(sales.first_time_buyers),
        "gross_sales": sales.gross_sales,
        "net_sales": sales.net_sales,
        "refund_amount": sales.gross_sales - sales.net_sales,
        "cost_of_goods": cents(sales.cost_of_goods),
        "gross_profit": cents(sales.gross_profit),
        "gross_margin_rate": ratio(sales.gross_profit, sales.known_net_sales),
        "cost_coverage_rate": ratio(sales.known_net_sales, sales.net_sales),
        "attributed_net_sales": attributed.net_sales,
        "member_conversion_rate": ratio(buyers, present),
        "orders_per_member": ratio(sales.orders, present),
        "sales_per_buyer": ratio(sales.net_sales, buyers),
        "average_order_value": ratio(sales.net_sales, sales.orders),
        "sales_per_member": ratio(sales.net_sales, present),
        "repurchase_rate": None
        if period.type == "day"
        else _repurchase_rate(world, period.effective_end, facts),
    }


def _repurchase_rate(world: World, last: date, facts: ScopeFacts) -> float | None:
    """R11: of the buyers of the window those who bought on two dates or more."""
    dates: dict[str, set[date]] = defaultdict(set)
    for day in days(last - timedelta(days=world.parameters.repurchase_window_days - 1), last):
        for order in facts.orders_by_date.get(day, ()):
            if order.member_id is not None:
                dates[order.member_id].add(day)
    return ratio(sum(len(found) >= 2 for found in dates.values()), len(dates))


def metric_value(kpi: Table) -> Table:
    """Every numeric column of the KPI table in long form, with the period before and last year's (R19)."""
    table = Table(
        "marts",
        "mart_metric_value",
        ("metric_id", *GRAIN),
        columns(
            "text: metric_id period_type; date: period_start; text: scope_type scope_id; double: value"
            " previous_value"
            " previous_change_rate last_year_value last_year_change_rate; bool: is_partial"
        ),
    )
    kept = {
        key: row
        for key, row in kpi.by_grain().items()
        if not (row["scope_type"] == "group" and key[0] == "day")
    }
    for (period_type, start, scope_type, scope_id), row in kept.items():
        last_year = last_year_start(period_type, start)
        previous_row = kept.get((period_type, shift(period_type, start, -1), scope_type, scope_id))
        last_year_row = kept.get((period_type, last_year, scope_type, scope_id))
        for metric in METRICS:
            if row[metric] is None:
                continue
            value = float(row[metric])
            previous = None if row["is_partial"] or previous_row is None else previous_row[metric]
            year_before = None if row["is_partial"] or last_year_row is None else last_year_row[metric]
            table.rows.append(
                {name: row[name] for name in GRAIN}
                | {
                    "metric_id": metric,
                    "value": value,
                    "previous_value": None if previous is None else float(previous),
                    "previous_change_rate": _change_rate(value, previous),
                    "last_year_value": None if year_before is None else float(year_before),
                    "last_year_change_rate": _change_rate(value, year_before),
                    "is_partial": row["is_partial"],
                }
            )
    return table


def _change_rate(value: float, base: Any) -> float | None:
    """Value over base less one; unknown where the base is missing or not above zero."""
    return None if base is None or base <= 0 else value / float(base) - 1
