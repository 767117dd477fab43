"""Where members come from, what they cost, and how far they go."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from orchestration.figures.published import Published
from orchestration.figures.scopes import ALL, Scope

if TYPE_CHECKING:
    import pandas

CHANNEL_PERIOD_TYPES = ("month", "quarter", "year", "all")


def channel_periods(published: Published, period_type: str) -> list[date]:
    """First days of the periods that have channel figures, the newest first."""
    found = published.frame(
        "select distinct period_start from marts.mart_channel_roi where period_type = $1 order by 1 desc",
        [period_type],
    )
    return [start.date() for start in found["period_start"]]


def channels(published: Published, period_type: str, start: date) -> pandas.DataFrame:
    """The rows of `mart_channel_roi` of a period, those that brought most members first."""
    return published.frame(
        """
        select * from marts.mart_channel_roi
        where period_type = $1 and period_start = $2
        order by new_members desc, net_sales desc, channel_id
        """,
        [period_type, start],
    )


def channel_course(published: Published, periods: int = 12) -> pandas.DataFrame:
    """New members by channel of the last months: period_start, channel_id, channel_name and the figures."""
    return published.frame(
        """
        select period_start, channel_id, channel_name, new_members, channel_share
        from marts.mart_channel_roi
        where period_type = 'month' and new_members > 0
        qualify dense_rank() over (order by period_start desc) <= $1
        order by period_start, new_members desc, channel_id
        """,
        [periods],
    )


def attribution(published: Published, period_type: str, start: date) -> pandas.DataFrame:
    """The rows of `mart_attribution` of a period (month or all), by model."""
    return published.frame(
        """
        select * from marts.mart_attribution
        where period_type = $1 and period_start = $2
        order by model, attributed_net_sales desc, channel_id
        """,
        [period_type, start],
    )


def funnel_cohorts(published: Published, scope: Scope = ALL) -> pandas.DataFrame:
    """Months with a funnel, the newest first: cohort_start, is_complete."""
    return published.frame(
        """
        select distinct cohort_start, is_complete from marts.mart_funnel
        where scope_type = $1 and scope_id = $2
        order by cohort_start desc
        """,
        [scope.type, scope.id],
    )


def funnel(published: Published, cohort: date, scope: Scope = ALL) -> pandas.DataFrame:
    """The steps of a month's joiners: step, step_number, members, nested_members, step_rate, cohort_rate."""
    return published.frame(
        """
        select step, step_number, members, nested_members, step_rate, cohort_rate, is_complete
        from marts.mart_funnel
        where cohort_start = $1 and scope_type = $2 and scope_id = $3
        order by step_number
        """,
        [cohort, scope.type, scope.id],
    )


def referral(published: Published, scope: Scope = ALL, months: int = 12) -> pandas.DataFrame:
    """Invitations by month, oldest first (scopes all and group): the columns of `mart_referral`."""
    return published.frame(
        """
        select * from (
            select * from marts.mart_referral
            where period_type = 'month' and scope_type = $1 and scope_id = $2
            order by period_start desc limit $3
        ) order by period_start
        """,
        [scope.type, scope.id, months],
    )
