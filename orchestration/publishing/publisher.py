"""Publishing: a checked copy of the build file becomes the next version, whole or not at all.

Each step leaves `current` as it was until the last one, so a kill or a full disk at any moment does no harm;
the next run removes what was left half done.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from orchestration.building.record import read_build
from orchestration.errors import EXIT_REFUSED, ShequnError
from orchestration.progress import Progress
from orchestration.publishing.checkpoint import checkpoint
from orchestration.publishing.files import copy_with_digest, remove_tree, sync, write_json
from orchestration.publishing.manifest import CopiedFile, make_manifest
from orchestration.publishing.versions import (
    DATABASE_NAME,
    MANIFEST_NAME,
    TEMPORARY_PREFIX,
    next_build_number,
    point_current,
    prune_versions,
    remove_leftovers,
)
from orchestration.reports import AuditReport, CheckResult, PublishedVersion
from orchestration.settings import Settings

# The copy, the next build's growth, and what readers of a removed version still hold on the disk.
FREE_SPACE_FACTOR = 2.2


class PublicationRefused(ShequnError):
    """The audit of the copy failed; nothing was published.

    Attributes:
        audit: The whole audit.
    """

    def __init__(self, audit: AuditReport) -> None:
        self.audit = audit
        failed = [check for check in audit.checks if check.status in ("fail", "error")]
        first = failed[0]
        super().__init__(
            "publishing.refused",
            EXIT_REFUSED,
            failed=len(failed),
            **first.params(),
        )


def publish(
    settings: Settings,
    audit: Callable[[Path], AuditReport],
    checks: Sequence[CheckResult] = (),
    progress: Progress | None = None,
) -> PublishedVersion:
    """Publish the build file as a new version and let `current` name it.

    Args:
        settings: The home; the caller holds its `writer_lock`.
        audit: Looks at the copy before anybody else can; where it fails nothing is published.
        checks: Earlier checks (of raw) for the manifest; the build's own come from its record.
        progress: Hears the stages "audit_publish" and "publish".

    Raises:
        PublicationRefused: the audit failed (exit 3).
        ShequnError: `publishing.no_build`, `publishing.in_use`, `publishing.no_space` or
            `publishing.not_written` (exit 1).
    """
    try:
        version = _publish(settings, audit, checks, progress or Progress())
    except OSError as error:
        raise ShequnError("publishing.not_written", cause=error.strerror or str(error)) from error
    with suppress(OSError):  # the version is out; what is left is removed after the next one
        prune_versions(settings)
    return version


def _publish(
    settings: Settings,
    audit: Callable[[Path], AuditReport],
    checks: Sequence[CheckResult],
    progress: Progress,
) -> PublishedVersion:
    record = read_build(settings)
    if record is None:
        raise ShequnError("publishing.no_build")
    settings.published_dir.mkdir(parents=True, exist_ok=True)
    remove_leftovers(settings)
    folder = settings.published_dir / f"{TEMPORARY_PREFIX}{uuid.uuid4().hex}"
    try:
        checkpoint(settings.warehouse_db)
        require_free_space(settings)
        copy = _copy_build(settings, folder)
        progress.stage("audit_publish")
        with ThreadPoolExecutor(1) as beside:
            synced = beside.submit(sync, copy.path)
            report = audit(copy.path)
            synced.result()
        if not report.success:
            raise PublicationRefused(report)
        progress.stage("publish")
        manifest = make_manifest(settings, copy, record, [*checks, *record.checks, *report.checks])
        write_json(folder / MANIFEST_NAME, manifest)
        _name_version(settings, folder, copy.version)
        point_current(settings, copy.version)
    finally:
        remove_tree(folder)
    return PublishedVersion(copy.version, manifest)


def require_free_space(settings: Settings) -> None:
    """Refuse to start a copy that would leave the disk too full for the next build.

    Raises:
        ShequnError: `publishing.no_space`.
    """
    needed = int(settings.warehouse_db.stat().st_size * FREE_SPACE_FACTOR)
    free = shutil.disk_usage(settings.published_dir).free
    if free < needed:
        raise ShequnError("publishing.no_space", free=free >> 20, needed=(needed >> 20) + 1)


def _copy_build(settings: Settings, folder: Path) -> CopiedFile:
    folder.mkdir()
    path = folder / DATABASE_NAME
    sha256, size_bytes = copy_with_digest(settings.warehouse_db, path)
    path.chmod(0o444)
    return CopiedFile(path, sha256, size_bytes, next_build_number(settings))


def _name_version(settings: Settings, folder: Path, name: str) -> None:
    sync(folder)
    folder.rename(settings.published_dir / name)
    sync(settings.published_dir)
