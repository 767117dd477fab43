"""What a KPI target may name (D21): metrics, periods, and scopes that landed rows name by then."""

from __future__ import annotations

from typing import Any

from .calendar import period_start
from .kpi_columns import METRICS
from .seeds import seed

# Whose rows make a group known.
OF_GROUPS = ("groups", "membership_events", "messages", "activity_participations", "activities")


class KnownNames:
    """Gathers the scopes as rows land."""

    def __init__(self) -> None:
        self._metrics = {row["metric_id"] for row in seed("metric_definitions")} | set(METRICS)
        self._scopes = {
            "group": set[Any](),
            "owner": {"unknown"},
            "department": {"unknown"},
            "group_type": {"conversion", "content", "service", "other", "unknown"},
        }

    def note(self, entity: str, row: dict[str, Any]) -> None:
        """Remember the group, the owner or staff member and the department that an accepted row names."""
        if entity in OF_GROUPS:
            self._scopes["group"].add(row["group_id"])
        if entity == "groups":
            self._scopes["owner"].add(row["owner_staff_id"])
        if entity == "staff":
            self._scopes["owner"].add(row["staff_id"])
            self._scopes["department"].add(row["department"])

    def knows(self, row: dict[str, Any], column: str) -> bool:
        """Whether the target's cell names something known or a period's first day, or is none that must."""
        name = row[column]
        if column == "period_start":
            return bool(name == period_start(row["period_type"], name))
        if column == "metric_id":
            return name in self._metrics
        if column == "scope_id" and row["scope_type"] != "all":
            return name is not None and name in self._scopes[row["scope_type"]]
        return True
