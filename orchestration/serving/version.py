"""The version that is current now, for a reader that stays with it."""

from __future__ import annotations

from pathlib import Path

from orchestration.errors import EXIT_USAGE, ShequnError
from orchestration.publishing.versions import DATABASE_NAME, current_version
from orchestration.reports import PublishedVersion
from orchestration.settings import Settings


def version_to_read(settings: Settings) -> tuple[PublishedVersion, Path]:
    """The current version and its file, which never changes; `current` may name another any moment.

    Raises:
        ShequnError: `serving.no_version` (exit 2).
    """
    version = current_version(settings)
    path = None if version is None else settings.published_dir / version.name / DATABASE_NAME
    if version is None or path is None or not path.exists():
        raise ShequnError("serving.no_version", EXIT_USAGE, path=settings.published_dir)
    return version, path
