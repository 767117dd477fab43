"""The published versions: folders named `v<build>-<sha12>`, and the link `current` to one of them."""

from __future__ import annotations

import json
import re
import uuid
from contextlib import suppress
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from orchestration.errors import EXIT_USAGE, ShequnError
from orchestration.lock import writer_lock
from orchestration.publishing.files import file_digest, remove_tree, sync, write_json
from orchestration.reports import PublishedVersion
from orchestration.settings import Settings

KEPT_VERSIONS = 7
DATABASE_NAME = "shequn.duckdb"
MANIFEST_NAME = "manifest.json"
TEMPORARY_PREFIX = ".tmp-"
_NAME = re.compile(r"v(\d+)-[0-9a-f]{12}")
_ROLLBACK_NAME = "rollback.json"


def build_number(name: str) -> int | None:
    """The build of a version's folder name; None for any other name."""
    match = _NAME.fullmatch(name)
    return int(match[1]) if match else None


def list_versions(settings: Settings) -> list[PublishedVersion]:
    """Every complete version, the newest first."""
    if not settings.published_dir.is_dir():
        return []
    names = (path.name for path in settings.published_dir.iterdir() if path.is_dir())
    numbered = sorted(
        ((number, name) for name in names if (number := build_number(name)) is not None), reverse=True
    )
    return [version for _, name in numbered if (version := read_version(settings, name)) is not None]


def read_version(settings: Settings, name: str) -> PublishedVersion | None:
    """One version by its folder's name; None where its manifest is missing or broken."""
    try:
        text = (settings.published_dir / name / MANIFEST_NAME).read_text(encoding="utf-8")
        return PublishedVersion(name, json.loads(text))
    except (OSError, ValueError):
        return None


def current_version(settings: Settings) -> PublishedVersion | None:
    """The version that readers see; None before the first publication."""
    try:
        name = settings.current_link.readlink().name
    except OSError:
        return None
    return read_version(settings, name)


def next_build_number(settings: Settings) -> int:
    """One more than any version's number, complete or not, so that numbers only rise."""
    names = [path.name for path in settings.published_dir.iterdir()]
    return 1 + max((number for name in names if (number := build_number(name)) is not None), default=0)


def verify_version(settings: Settings, version: PublishedVersion) -> None:
    """Compare a version's file with the sha256 of its manifest.

    Raises:
        ShequnError: `publishing.damaged` when they differ or the file is gone.
    """
    path = settings.published_dir / version.name / DATABASE_NAME
    if not path.is_file() or file_digest(path) != version.manifest["sha256"]:
        raise ShequnError("publishing.damaged", version=version.name)


def point_current(settings: Settings, name: str) -> None:
    """Let `current` name another version, in one step that readers see whole or not at all."""
    link = settings.published_dir / f"{TEMPORARY_PREFIX}link-{uuid.uuid4().hex}"
    link.symlink_to(name)
    link.replace(settings.current_link)
    sync(settings.published_dir)


def rollback(settings: Settings, version: str) -> PublishedVersion:
    """Show readers an older version again, until new data or code makes a new one.

    Args:
        settings: The home; its writer's lock is taken.
        version: Folder name, or its build alone (`v12` or `12`).

    Raises:
        ShequnError: `publishing.unknown_version` (exit 2), `publishing.damaged`, or `lock.held`.
    """
    with writer_lock(settings, "rollback"):
        chosen = _find_version(settings, version)
        verify_version(settings, chosen)
        _remember_rollback(settings, chosen)
        point_current(settings, chosen.name)
    return chosen


def settle_current(settings: Settings) -> PublishedVersion | None:
    """Finish a publication that was killed between naming its version and showing it.

    A rollback that somebody asked for is left as it is.

    Returns:
        The version that readers rightly see; None where there is none, or the newest is damaged.
    """
    current, newest = current_version(settings), next(iter(list_versions(settings)), None)
    if newest is None:
        return None
    if current is not None and _is_rolled_back(settings, current, newest):
        return current if _is_whole(settings, current) else None
    if not _is_whole(settings, newest):
        return None
    if current != newest:
        point_current(settings, newest.name)
    return newest


def remove_leftovers(settings: Settings) -> None:
    """Remove what a publication that was killed left half done."""
    if settings.published_dir.is_dir():
        for path in settings.published_dir.glob(f"{TEMPORARY_PREFIX}*"):
            remove_tree(path)


def prune_versions(settings: Settings) -> None:
    """Remove all but the newest versions; never the one readers see."""
    current = current_version(settings)
    for version in list_versions(settings)[KEPT_VERSIONS:]:
        if version != current:
            doomed = settings.published_dir / f"{TEMPORARY_PREFIX}old-{uuid.uuid4().hex}"
            (settings.published_dir / version.name).rename(doomed)
            remove_tree(doomed)
    sync(settings.published_dir)


def _is_whole(settings: Settings, version: PublishedVersion) -> bool:
    """Whether a version's file is there in its full size; its sha256 takes too long to ask each time."""
    path = settings.published_dir / version.name / DATABASE_NAME
    return path.is_file() and path.stat().st_size == version.manifest["size_bytes"]


def _find_version(settings: Settings, wanted: str) -> PublishedVersion:
    versions = list_versions(settings)
    for version in versions:
        number = build_number(version.name)
        if wanted in (version.name, f"v{number}", str(number)):
            return version
    known = ", ".join(version.name for version in versions) or "-"
    raise ShequnError("publishing.unknown_version", EXIT_USAGE, version=wanted, known=known)


def _remember_rollback(settings: Settings, chosen: PublishedVersion) -> None:
    """Note the choice beside the version it set aside: a newer publication makes the note void."""
    newest = list_versions(settings)[0]
    note: dict[str, Any] = {
        "version": chosen.name,
        "instead_of": newest.name,
        "at": datetime.now(ZoneInfo(settings.business_timezone)).isoformat(timespec="seconds"),
    }
    partial = settings.published_dir / f"{TEMPORARY_PREFIX}rollback-{uuid.uuid4().hex}"
    write_json(partial, note)
    partial.replace(settings.published_dir / _ROLLBACK_NAME)
    sync(settings.published_dir)


def _is_rolled_back(settings: Settings, current: PublishedVersion, newest: PublishedVersion) -> bool:
    with suppress(OSError, ValueError):
        note = json.loads((settings.published_dir / _ROLLBACK_NAME).read_text(encoding="utf-8"))
        return bool(note["version"] == current.name and note["instead_of"] == newest.name)
    return False
