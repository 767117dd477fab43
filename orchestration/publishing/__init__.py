"""Published versions: making the next one, listing them, going back to one."""

from orchestration.publishing.publisher import PublicationRefused, publish
from orchestration.publishing.versions import (
    current_version,
    list_versions,
    remove_leftovers,
    rollback,
    settle_current,
    verify_version,
)

__all__ = [
    "PublicationRefused",
    "current_version",
    "list_versions",
    "publish",
    "remove_leftovers",
    "rollback",
    "settle_current",
    "verify_version",
]
