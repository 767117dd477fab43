"""Groups among others, found by department, owner, type or name."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from orchestration.figures.published import Published

if TYPE_CHECKING:
    import pandas

SORTS = ("net_sales", "members_end", "active_rate", "leave_rate", "health_score")
_LOWEST_FIRST = ("health_score",)


def group_table(
    published: Published,
    period_type: str,
    start: date,
    department: str | None = None,
    owner: str | None = None,
    group_type: str | None = None,
    search: str = "",
    sort: str = SORTS[0],
    limit: int = 100,
) -> pandas.DataFrame:
    """Groups of a period, sorted by a column of `SORTS`: their names, keepers, figures and health.

    `groups_found` counts all that fit, of which at most `limit` are given. The largest figure comes first;
    where health sorts, the unhealthiest group.
    """
    if sort not in SORTS:
        raise ValueError(sort)
    order = "asc" if sort in _LOWEST_FIRST else "desc"
    return published.frame(
        f"""
        select
            groups.group_id, coalesce(groups.group_name, groups.group_id) as group_name, groups.group_type,
            coalesce(people.staff_name, groups.owner_staff_id) as owner,
            groups.owner_department as department,
            kpi.members_end, kpi.joins, kpi.leaves, kpi.leave_rate, kpi.active_rate, kpi.messages, kpi.orders,
            kpi.buyers, kpi.net_sales, health.health_score, health.recommendation,
            health.recommendation_reason, health.recommendation_reason_zh, count(*) over () as groups_found
        from core.dim_group as groups
        inner join marts.mart_community_kpi as kpi
            on groups.group_id = kpi.scope_id and kpi.scope_type = 'group'
            and kpi.period_type = $1 and kpi.period_start = $2
        left join marts.mart_group_health as health on groups.group_id = health.group_id
        left join core.dim_staff as people on groups.owner_staff_id = people.staff_id
        where ($3 is null or coalesce(groups.owner_department, 'unknown') = $3)
            and ($4 is null or coalesce(groups.owner_staff_id, 'unknown') = $4)
            and ($5 is null or coalesce(groups.group_type, 'unknown') = $5)
            and (
                contains(lower(groups.group_name), lower($6)) or contains(lower(groups.group_id), lower($6))
            )
        order by {sort} {order} nulls last, groups.group_id limit $7
        """,
        [period_type, start, department, owner, group_type, search.strip(), limit],
    )


def health(published: Published, group_id: str) -> pandas.DataFrame:
    """The row of `mart_group_health` of a group, or none."""
    return published.frame("select * from marts.mart_group_health where group_id = $1", [group_id])
