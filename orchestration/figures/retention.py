"""Who stays: cohorts (R16), lifecycle, and who is about to leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.figures.published import Published
from orchestration.figures.scopes import ALL, Scope

if TYPE_CHECKING:
    import pandas

# What a cohort begins with and what it is asked for later.
QUESTIONS = (
    ("joined", "membership"),
    ("joined", "activity"),
    ("joined", "purchase"),
    ("first_active", "activity"),
    ("first_purchase", "purchase"),
)


def cohorts(
    published: Published,
    scope: Scope = ALL,
    question: tuple[str, str] = QUESTIONS[0],
    period_type: str = "month",
    interval_type: str = "period",
    rule: str = "bounded",
    limit: int = 14,
) -> pandas.DataFrame:
    """The newest cohorts and their intervals (scopes all, channel, group), oldest cohort first.

    Columns: cohort_start, interval_number, cohort_members, eligible_members, retained_members,
    retention_rate, is_complete. Rows of intervals for which nobody is eligible yet are left out.
    """
    return published.frame(
        """
        select
            cohort_start, interval_number, cohort_members, eligible_members, retained_members,
            retention_rate, is_complete
        from marts.mart_retention
        where scope_type = $1 and scope_id = $2 and cohort_event = $3 and subject = $4
            and cohort_period_type = $5 and interval_type = $6 and rule = $7 and eligible_members > 0
        qualify dense_rank() over (order by cohort_start desc) <= $8
        order by cohort_start, interval_number
        """,
        [scope.type, scope.id, *question, period_type, interval_type, rule, limit],
    )


def lifecycle(
    published: Published, scope: Scope = ALL, period_type: str = "week", periods: int = 26
) -> pandas.DataFrame:
    """New, retained, resurrected, churned and silent members by period (scopes all, group), oldest first."""
    return published.frame(
        """
        select * from (
            select
                period_start, period_end, is_partial, active_members, new_members, retained_members,
                resurrected_members, churned_members, silent_members, quick_ratio
            from marts.mart_lifecycle
            where scope_type = $1 and scope_id = $2 and period_type = $3
            order by period_start desc limit $4
        ) order by period_start
        """,
        [scope.type, scope.id, period_type, periods],
    )


def churn_risk(published: Published, group_id: str | None = None) -> pandas.DataFrame:
    """Memberships by risk and stage: risk_band, lifecycle_stage, memberships."""
    return published.frame(
        """
        select risk_band, lifecycle_stage, count(*) as memberships
        from marts.mart_churn_risk
        where $1 is null or group_id = $1
        group by risk_band, lifecycle_stage
        """,
        [group_id],
    )


def exit_days(published: Published, limit: int = 20) -> pandas.DataFrame:
    """The newest days on which unusually many left a group: group_id, group_name, date, leaves and more."""
    return published.frame(
        """
        select
            days.group_id, coalesce(groups.group_name, days.group_id) as group_name, days.date, days.leaves,
            days.baseline_median, days.score, days.touches_before
        from marts.mart_exit_anomaly as days
        left join core.dim_group as groups on days.group_id = groups.group_id
        where days.is_anomaly
        order by days.date desc, days.leaves desc, days.group_id limit $1
        """,
        [limit],
    )
