"""What a KPI target may name (D21): metrics, and scopes that some landed row names by then."""

from __future__ import annotations

from typing import Any

from .kpi_columns import METRICS
from .seeds import seed


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

    def note(self, row: dict[str, Any]) -> None:
        """Remember the group, the owner or staff member and the department that an accepted row names."""
        self._scopes["group"].add(row.get("group_id"))
        self._scopes["owner"] |= {row.get("owner_staff_id"), row.get("staff_id")}
        self._scopes["department"].add(row.get("department"))

    def knows(self, row: dict[str, Any], column: str) -> bool:
        """Whether the target's cell names something known, or is none that must."""
        name = row[column]
        if column == "metric_id":
            return name in self._metrics
        if column == "scope_id" and row["scope_type"] != "all":
            return name is not None and name in self._scopes[row["scope_type"]]
        return True
