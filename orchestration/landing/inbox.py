"""What lies in the inbox, and which entity each file is by its name, as far as names say it."""

from __future__ import annotations

import difflib
import os
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestration.inbox import walk_inbox
from orchestration.landing.catalogue import Catalogue, Entity
from orchestration.landing.faults import FileRefused
from orchestration.settings import Settings

CANONICAL = "canonical"
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
FORMATS = (".csv", ".jsonl", ".parquet", *WORKBOOKS)
OTHER_SPREADSHEETS = (".xlsb", ".et", ".numbers")
ARCHIVES = (".zip", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".zst")
NO_TABLES = (
    *(".sql", ".doc", ".docx", ".ppt", ".pptx", ".pdf"),
    *(".png", ".jpg", ".jpeg", ".gif", ".heic", ".mp3", ".mp4"),
)
RECOGNISED = (".csv", *WORKBOOKS, ".json", ".jsonl", ".xml", ".db")
TEMPORARY_SUFFIXES = (".tmp", ".part", ".crdownload", ".swp")
TEMPORARY_NAMES = ("thumbs.db", ".ds_store", "desktop.ini")
YOUNG_SECONDS = 2.0
WAIT_SECONDS = 1.0


@dataclass(frozen=True)
class Fit:
    """An entity that a file holds.

    Attributes:
        named: How many of its columns the file names.
        places: Where in a document its rows stand; () in tables.
    """

    system: str
    entity: str
    named: int
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class InboxFile:
    """A file of the inbox, or one part of it.

    Attributes:
        path: Where it is.
        relative: Its path in the inbox, forward slashes, printable; of one of several parts `<path>#<part>`.
        entity: What it is; None: ignored, refused with `code`, or its content is to say it.
        code: Why it is refused unread; `params` are the placeholders of `landing.<code>`.
        is_ignored: Hidden or temporary by name, or a sheet that is hidden, empty or a guide.
        part: The sheet, table or entity that it is of the file at `path`; None: the file as a whole.
        kind: How it is read: csv, jsonl, parquet, sheet, sqlite, json, lines or xml; None: not looked at.
        siblings: Of a document all entities that it holds, each with the places of its rows.
        by_head: Of lines what the first of them hold, where the others have not been looked at.
        groups: What its path says (`from_path`).
        belongs_in: The folder of the system that its content shows, where it lies in another.
        if_strange: Its refusal by its name, which stands where its content shows no system.
    """

    path: Path
    relative: str
    entity: Entity | None = None
    code: str | None = None
    params: dict[str, Any] = field(default_factory=dict)
    is_ignored: bool = False
    part: str | None = None
    kind: str | None = None
    siblings: tuple[tuple[Entity, tuple[str, ...]], ...] = ()
    by_head: tuple[Fit, ...] = ()
    groups: dict[str, str | None] = field(default_factory=dict)
    belongs_in: str | None = None
    if_strange: FileRefused | None = None

    @property
    def is_closed(self) -> bool:
        """Whether its content is still to say what it holds."""
        return self.kind is None and self.code is None and not self.is_ignored

    @property
    def folder(self) -> str | None:
        """The folder of the inbox that it lies in; None: at its top."""
        parts = self.relative.split("/")
        return parts[0] if len(parts) > 1 else None


def is_temporary(relative: str) -> bool:
    """Whether some part of the path is hidden, or the name is that of a temporary file."""
    parts = relative.lower().split("/")
    name = parts[-1]
    return (
        any(part.startswith((".", "~$")) for part in parts)
        or name.endswith(TEMPORARY_SUFFIXES)
        or name in TEMPORARY_NAMES
    )


def recognise(path: Path, relative: str, catalogue: Catalogue) -> InboxFile:
    """Say what a file is by its place and name."""
    if is_temporary(relative):
        return InboxFile(path, relative, is_ignored=True)
    suffix = path.suffix.lower()

    def refused(code: str, **params: Any) -> InboxFile:
        return InboxFile(path, relative, code=code, params={"path": relative, **params})

    if not path.is_file():
        return refused("E_UNREADABLE", detail="not a regular file")
    if suffix in OTHER_SPREADSHEETS:
        return refused("E_SPREADSHEET")
    if suffix in ARCHIVES:
        return refused("E_ARCHIVE")
    if suffix in NO_TABLES:
        return refused("E_UNKNOWN_FORMAT", suffix=suffix, known=", ".join(RECOGNISED))
    parts = relative.split("/")
    if parts[0] != CANONICAL or len(parts) == 1:
        return InboxFile(path, relative)
    entities = catalogue.systems[CANONICAL]
    name = entity_name(relative)
    entity = entities.get(name)
    if suffix in WORKBOOKS:
        return InboxFile(path, relative, entity)
    if entity is None:
        close = difflib.get_close_matches(name, entities, n=3) or sorted(entities)
        unknown = FileRefused("E_UNKNOWN_ENTITY", path=relative, entity=name, known=", ".join(close))
        return InboxFile(path, relative, if_strange=unknown)
    if suffix not in FORMATS:
        known = ", ".join(FORMATS)
        unknown = FileRefused("E_UNKNOWN_FORMAT", path=relative, suffix=suffix or "–", known=known)
        return InboxFile(path, relative, if_strange=unknown)
    return InboxFile(path, relative, entity, kind=suffix[1:])


def entity_name(relative: str) -> str:
    """What a file of the neutral export says by its name that it holds."""
    parts = relative.split("/")
    return parts[1] if len(parts) > 2 else parts[-1].split(".")[0]


def list_inbox(
    settings: Settings, catalogue: Catalogue, tables: Collection[str] | None = None
) -> list[InboxFile]:
    """All files of the inbox in the order of their relative path (R20).

    With `tables` only the files of these raw tables; what no entity owns is then left out too, except
    files that are still to be looked at.
    """
    found = []
    for path in walk_inbox(settings):
        relative = os.fsencode(path.relative_to(settings.exports).as_posix()).decode("utf-8", "replace")
        file = recognise(path, relative, catalogue)
        if file.is_closed or is_wanted(file, tables):
            found.append(file)
    return sorted(found, key=lambda file: file.relative)


def is_wanted(file: InboxFile, tables: Collection[str] | None) -> bool:
    """Whether the file is of one of these raw tables; None: all files."""
    return tables is None or (file.entity is not None and file.entity.table in tables)


def in_order(files: Iterable[InboxFile]) -> list[InboxFile]:
    """The files as R20 takes them, those whose rows name what others bring after the others."""
    return sorted(files, key=lambda file: bool(file.entity and file.entity.known))


@dataclass(frozen=True)
class FileState:
    """Size in bytes and modification time in nanoseconds: while they move, the file is being written."""

    size_bytes: int
    mtime_ns: int

    @property
    def is_young(self) -> bool:
        return time.time() - self.mtime_ns / 1e9 < YOUNG_SECONDS


def state_of(path: Path) -> FileState | None:
    """The file's state, None where it is gone."""
    try:
        found = path.stat()
    except OSError:
        return None
    return FileState(found.st_size, found.st_mtime_ns)


def moving_files(paths: Iterable[Path]) -> set[Path]:
    """Those of `paths` that are being written; waits once, and only if some are young."""
    young = {path: state for path in paths if (state := state_of(path)) is not None and state.is_young}
    if not young:
        return set()
    time.sleep(WAIT_SECONDS)
    return {path for path, state in young.items() if state_of(path) != state}
