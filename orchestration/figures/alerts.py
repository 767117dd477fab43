"""Alerts, most severe and newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.figures.published import Published
from orchestration.figures.scopes import ALL, Scope

if TYPE_CHECKING:
    import pandas

BY_URGENCY = """
    case severity when 'critical' then 1 when 'warning' then 2 else 3 end,
    occurred_on desc,
    alert_id
"""


def open_alerts(published: Published, scope: Scope = ALL) -> pandas.DataFrame:
    """Open alerts of a scope; of an owner, a department or a type also those of its groups.

    Columns: alert_kind, scope_type, scope_id, occurred_on, severity, message, message_zh.
    """
    return published.frame(
        f"""
        select alert_kind, scope_type, scope_id, occurred_on, severity, message, message_zh
        from marts.mart_alert
        where status = 'open' and (
            $1 = 'all'
            or (scope_type = $1 and scope_id = $2)
            or (
                scope_type = 'group'
                and scope_id in (
                    select group_id from core.bridge_group_scope where scope_type = $1 and scope_id = $2
                )
            )
        )
        order by {BY_URGENCY}
        """,
        [scope.type, scope.id],
    )
