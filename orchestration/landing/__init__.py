"""The gate between the inbox and raw."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orchestration.progress import Progress
    from orchestration.reports import LandingReport
    from orchestration.settings import Settings


def land_inbox(
    settings: Settings,
    progress: Progress,
    tables: Collection[str] | None = None,
    now: datetime | None = None,
) -> LandingReport:
    """See `gate.land_inbox`; imported when called, so that the command line starts fast."""
    from orchestration.landing import gate

    return gate.land_inbox(settings, progress, tables, now)
