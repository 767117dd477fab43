"""The headline figures, their changes (环比, 同比) and their course."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from orchestration.figures.published import Published
from orchestration.figures.scopes import Scope
from orchestration.serving.cells import quoted

if TYPE_CHECKING:
    import pandas

# In the order in which a manager asks: who is there, who talks, what is bought.
HEADLINE_METRICS = (
    "members_end",
    "joins",
    "leaves",
    "active_members",
    "active_rate",
    "messages",
    "orders",
    "buyers",
    "net_sales",
    "sales_per_buyer",
)


def values(
    published: Published, scope: Scope, period_type: str, start: date, metrics: Sequence[str]
) -> pandas.DataFrame:
    """One row a metric, in the order asked for; NaN where a figure or its comparison is unknown (R19).

    Columns: metric_id, value, previous_value, previous_change_rate, last_year_value, last_year_change_rate.
    """
    return published.frame(
        """
        select
            wanted.metric_id,
            figures.* exclude (metric_id)
        from (
            select unnest($1::varchar[]) as metric_id, generate_subscripts($1::varchar[], 1) as place
        ) as wanted
        left join (
            select
                metric_id, value, previous_value, previous_change_rate, last_year_value, last_year_change_rate
            from marts.mart_metric_value
            where scope_type = $2 and scope_id = $3 and period_type = $4 and period_start = $5
        ) as figures on wanted.metric_id = figures.metric_id
        order by wanted.place
        """,
        [list(metrics), scope.type, scope.id, period_type, start],
    )


def course(
    published: Published,
    scope: Scope,
    period_type: str,
    metrics: Sequence[str],
    until: date | None = None,
    periods: int = 26,
) -> pandas.DataFrame:
    """The last periods up to `until`, oldest first: period_start, period_end, is_partial and the metrics."""
    columns = ", ".join(quoted(metric) for metric in metrics)
    return published.frame(
        f"""
        select * from (
            select period_start, period_end, is_partial, {columns} from marts.mart_community_kpi
            where scope_type = $1 and scope_id = $2 and period_type = $3
                and period_start <= coalesce($4, date '9999-12-31')
            order by period_start desc limit $5
        ) order by period_start
        """,
        [scope.type, scope.id, period_type, until, periods],
    )


def digest(published: Published, week: date, scope: Scope) -> pandas.DataFrame:
    """The sentences of a week (scopes all and owner), in order: the columns of `mart_weekly_digest`."""
    return published.frame(
        """
        select line_number, headline, headline_zh, metric_id, value, change_rate, is_partial
        from marts.mart_weekly_digest
        where week_start = $1 and scope_type = $2 and scope_id = $3
        order by line_number
        """,
        [week, scope.type, scope.id],
    )
