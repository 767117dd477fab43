"""When members talk, of what, and what messages to them did."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from orchestration.figures.published import Published
from orchestration.figures.scopes import ALL, Scope

if TYPE_CHECKING:
    import pandas


def calendar(published: Published, scope: Scope = ALL, days: int = 182) -> pandas.DataFrame:
    """The last days: date, week_start, weekday (1 = Monday), active_members, messages, active_rate."""
    return published.frame(
        """
        select
            period_start as date,
            cast(date_trunc('week', period_start) as date) as week_start,
            isodow(period_start) as weekday,
            active_members,
            messages,
            active_rate
        from marts.mart_community_kpi
        where period_type = 'day' and scope_type = $1 and scope_id = $2
            and period_start > (select max(as_of_date) from core.dim_reporting_window) - $3::integer
        order by date
        """,
        [scope.type, scope.id, days],
    )


def hours(published: Published, scope: Scope = ALL) -> pandas.DataFrame:
    """The 168 hours of the week (scopes all and group): the columns of `mart_message_heatmap`."""
    return published.frame(
        """
        select weekday, hour, messages, active_members, message_share, staff_messages
        from marts.mart_message_heatmap
        where scope_type = $1 and scope_id = $2
        order by weekday, hour
        """,
        [scope.type, scope.id],
    )


def topics(
    published: Published, scope: Scope, period_type: str, start: date, limit: int = 20
) -> pandas.DataFrame:
    """The terms most used in a week or month (scopes all and group), and how often the period before.

    Columns: term, messages, speakers, message_share, previous_messages, is_activity_keyword.
    """
    return published.frame(
        """
        select term, messages, speakers, message_share, previous_messages, is_activity_keyword
        from marts.mart_topic
        where scope_type = $1 and scope_id = $2 and period_type = $3 and period_start = $4
        order by messages desc, speakers desc, term limit $5
        """,
        [scope.type, scope.id, period_type, start, limit],
    )


def activities(published: Published, group_id: str | None = None, limit: int = 30) -> pandas.DataFrame:
    """The newest activities, of one group and of all groups, or all: the columns of `mart_activity`."""
    return published.frame(
        """
        select * from marts.mart_activity
        where $1 is null or group_id = $1 or group_id is null
        order by started_at desc, activity_id limit $2
        """,
        [group_id, limit],
    )


def touches(published: Published, limit: int = 30) -> pandas.DataFrame:
    """The mass messages that reached most: the columns of `mart_touch_effect`."""
    return published.frame(
        "select * from marts.mart_touch_effect order by delivered desc, touch_kind, batch_id limit $1",
        [limit],
    )
