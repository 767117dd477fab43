"""What the written report asks of a week beyond what pages show."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from orchestration.figures.alerts import BY_URGENCY
from orchestration.figures.published import Published

if TYPE_CHECKING:
    import pandas

# Alerts that speak of the data, not of the community.
DATA_ALERTS = ("data_late", "quality_failed")
_OF_DAYS = """
    occurred_on <= $2 and (closed_on is null or closed_on >= $1)
    and not list_contains($3::varchar[], alert_kind)
"""


def alerts_of(published: Published, start: date, end: date, limit: int) -> pandas.DataFrame:
    """Alerts of the community that were open on some day from `start` to `end`, new and urgent ones first.

    Columns: severity, occurred_on, message, message_zh, is_new (since `start`).
    """
    return published.frame(
        f"""
        select severity, occurred_on, message, message_zh, occurred_on >= $1 as is_new
        from marts.mart_alert
        where {_OF_DAYS}
        order by is_new desc, {BY_URGENCY} limit $4
        """,
        [start, end, list(DATA_ALERTS), limit],
    )


def alert_kinds(published: Published, start: date, end: date) -> pandas.DataFrame:
    """The same alerts counted: alert_kind, found, found_new, found_critical; the most frequent kind first."""
    return published.frame(
        f"""
        select
            alert_kind, count(*) as found, count(*) filter (where occurred_on >= $1) as found_new,
            count(*) filter (where severity = 'critical') as found_critical
        from marts.mart_alert
        where {_OF_DAYS}
        group by alert_kind
        order by found desc, alert_kind
        """,
        [start, end, list(DATA_ALERTS)],
    )


def late_exports(published: Published, limit: int) -> pandas.DataFrame:
    """Open alerts about exports that are late, the most urgent first: occurred_on, message, message_zh."""
    return published.frame(
        f"""
        select occurred_on, message, message_zh from marts.mart_alert
        where status = 'open' and alert_kind = 'data_late'
        order by {BY_URGENCY} limit $1
        """,
        [limit],
    )


def mass_exits(published: Published, start: date, end: date, limit: int = 3) -> pandas.DataFrame:
    """Days of the week on which unusually many left a group, the largest first.

    Columns: group_name, date, leaves, baseline_median, touches_before.
    """
    return published.frame(
        """
        select
            coalesce(groups.group_name, days.group_id) as group_name, days.date, days.leaves,
            days.baseline_median, days.touches_before
        from marts.mart_exit_anomaly as days
        left join core.dim_group as groups on days.group_id = groups.group_id
        where days.is_anomaly and days.date between $1 and $2
        order by days.leaves desc, days.date, days.group_id limit $3
        """,
        [start, end, limit],
    )


def groups_to_look_at(published: Published, limit: int = 10) -> pandas.DataFrame:
    """Groups that had better be dissolved or merged, the least healthy first.

    Columns: those of `mart_group_health`, group_name, owner; `found` counts all such groups.
    """
    return published.frame(
        """
        select
            health.*, coalesce(groups.group_name, health.group_id) as group_name,
            coalesce(people.staff_name, groups.owner_staff_id) as owner,
            count(*) over () as found
        from marts.mart_group_health as health
        inner join core.dim_group as groups on health.group_id = groups.group_id
        left join core.dim_staff as people on groups.owner_staff_id = people.staff_id
        where health.recommendation in ('dissolve', 'merge')
        order by
            health.recommendation, health.health_score nulls last, health.members_end desc, health.group_id
        limit $1
        """,
        [limit],
    )


def week_cohorts(published: Published, until: date, cohorts: int = 10, weeks: int = 8) -> pandas.DataFrame:
    """Joiners by week and who of them was still there later, as far as it was known when `until` ended.

    Args:
        published: The version.
        until: Monday of the last week that counts.
        cohorts: How many weeks of joiners, the newest ones.
        weeks: How many weeks later at most.

    Columns: cohort_start, interval_number, cohort_members, retention_rate, is_complete.
    """
    return published.frame(
        """
        select cohort_start, interval_number, cohort_members, retention_rate, is_complete
        from marts.mart_retention
        where scope_type = 'all' and cohort_event = 'joined' and subject = 'membership'
            and rule = 'bounded' and cohort_period_type = 'week' and interval_type = 'period'
            and interval_number between 0 and $3 and eligible_members > 0
            and cohort_start > $1 - cast(7 * $2 as integer)
            and cohort_start + cast(7 * interval_number as integer) <= $1
        order by cohort_start, interval_number
        """,
        [until, cohorts, weeks],
    )


def funnel_month(published: Published, end: date) -> date | None:
    """The newest month whose joiners had had their 30 days when `end` came."""
    found = published.frame(
        """
        select max(cohort_start) as cohort_start from marts.mart_funnel
        where scope_type = 'all' and is_complete and last_day(cohort_start) + 30 <= $1
        """,
        [end],
    )["cohort_start"].iloc[0]
    return None if found != found or found is None else found.date()


def people_at_risk(published: Published) -> pandas.DataFrame:
    """Members with a high risk to leave, and of them the high-value ones: members, valuable (one row)."""
    return published.frame(
        """
        select
            count(distinct risks.member_id) as members,
            count(distinct risks.member_id)
                filter (where buyers.value_tier = 'high_value_loyal') as valuable
        from marts.mart_churn_risk as risks
        left join marts.mart_rfm as buyers on risks.member_id = buyers.member_id
        where risks.risk_band = 'high'
        """
    )


def repurchases_due(published: Published) -> int:
    """Members with a product that is due to be bought again (`is_due`)."""
    found = published.frame(
        "select count(distinct member_id) as members from marts.mart_repurchase_due where is_due"
    )
    return int(found["members"].iloc[0])


def slow_staff(published: Published, start: date, end: date) -> pandas.DataFrame:
    """Those who answered too little of the week's enquiries in time (`sla_breach`), the worst first.

    Columns: staff, turns, unanswered_turns, within_sla_rate.
    """
    return published.frame(
        """
        select
            coalesce(people.staff_name, service.staff_id) as staff, service.turns, service.unanswered_turns,
            service.within_sla_rate
        from marts.mart_alert_signal as signals
        inner join marts.mart_staff_service as service
            on signals.scope_id = service.staff_id
            and service.period_type = 'week' and service.period_start = $1
        left join core.dim_staff as people on service.staff_id = people.staff_id
        where signals.alert_kind = 'sla_breach' and signals.scope_type = 'owner'
            and signals.signal_date between $1 and $2
        order by service.within_sla_rate, service.turns desc, service.staff_id
        """,
        [start, end],
    )
