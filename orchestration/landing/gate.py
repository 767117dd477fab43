"""The gate: takes the inbox into raw, each file whole or not at all."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import duckdb

from orchestration.errors import EXIT_USAGE, ShequnError
from orchestration.landing import ledger
from orchestration.landing.catalogue import Catalogue, load_catalogue
from orchestration.landing.context import Landing
from orchestration.landing.digests import Digests, StillWritten
from orchestration.landing.faults import FileRefused
from orchestration.landing.file_landing import FileLanding
from orchestration.landing.inbox import (
    CANONICAL,
    OTHER_SPREADSHEETS,
    FileState,
    InboxFile,
    in_order,
    is_wanted,
    list_inbox,
    moving_files,
    state_of,
)
from orchestration.landing.mappings import load_mappings, mapped_entities
from orchestration.landing.normal_forms import create_macros, literal
from orchestration.landing.parts import content_sha256, refusal_by_content, refused_before, with_parts
from orchestration.landing.shapes import HoldsMore
from orchestration.landing.statements import Statements
from orchestration.landing.survey import is_encrypted
from orchestration.landing.vault import Contacts, vault_key
from orchestration.progress import Progress
from orchestration.reports import FileOutcome, LandingReport, Part
from orchestration.settings import Settings

MEMORY_LIMIT = "512MB"
_MOST_WAL_BYTES = 64 << 20
# What a file under a neutral export's name that holds another's rows is refused with.
OTHER_CONTENT = ("E_HEADER", "E_KEYS", "E_NOT_CSV", "E_NOT_JSONL")
PARTS: dict[str, Part] = {"sheet": "sheet", "sqlite": "table"}


def land_inbox(
    settings: Settings,
    progress: Progress,
    tables: Collection[str] | None = None,
    now: datetime | None = None,
) -> LandingReport:
    """Take the inbox `settings.exports` into schema raw of `settings.private_db`.

    Args:
        settings: The places, and the business time zone.
        progress: Hears of each file, and of the rows of large ones.
        tables: Only the files of these raw tables; files that are of none are then left out too.
        now: Moment of the landing (naive: business time zone); the clock's unless given.

    Raises:
        ShequnError: no inbox, or files have landed under another business time zone.
    """
    started = time.monotonic()
    if not settings.exports.is_dir():
        raise ShequnError("landing.no_inbox", EXIT_USAGE, path=settings.exports)
    with open_landing(settings, progress, now) as landing:
        outcomes = land_files(landing, tables)
    return LandingReport(outcomes, time.monotonic() - started)


@contextmanager
def open_landing(settings: Settings, progress: Progress, now: datetime | None = None) -> Iterator[Landing]:
    """The private file open and ready to take files, which costs more than a small file; see `land_inbox`."""
    catalogue = load_catalogue()
    mapped = mapped_entities(load_mappings(settings.mappings_dir).values())
    landed_at = _local(now, settings.business_timezone)
    with ledger.open_private(settings) as connection, Contacts(settings) as contacts:
        _prepare(connection, catalogue, settings.business_timezone)
        try:
            yield Landing(
                settings=settings,
                connection=connection,
                progress=progress,
                version=ledger.gate_version(catalogue, mapped),
                landed_at=landed_at,
                built_through_date=_built_through_date(settings),
                vault_key=vault_key(settings),
                contacts=contacts,
                statements=Statements(connection),
                mapped=mapped,
            )
        finally:
            _take_memory_of_a_build(connection, settings)  # closing the file is a checkpoint


def land_files(landing: Landing, tables: Collection[str] | None = None) -> tuple[FileOutcome, ...]:
    """One pass over the inbox; see `land_inbox`."""
    files = list_inbox(landing.settings, load_catalogue(), tables)
    return tuple(_outcomes(landing, files, tables))


def _local(now: datetime | None, zone_name: str) -> datetime:
    try:
        zone = ZoneInfo(zone_name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ShequnError("landing.unknown_timezone", EXIT_USAGE, zone=zone_name) from None
    moment = now or datetime.now(zone)
    return moment.astimezone(zone).replace(tzinfo=None) if moment.tzinfo else moment


def _prepare(connection: duckdb.DuckDBPyConnection, catalogue: Catalogue, zone: str) -> None:
    connection.execute(f"set TimeZone = {literal(zone)}")
    # Blocks are too small to share out; with one thread a transaction's rows go to disk as they come.
    connection.execute("set threads = 1")
    connection.execute("set enable_progress_bar = false")
    connection.execute(f"set memory_limit = {literal(MEMORY_LIMIT)}")
    connection.execute("set checkpoint_threshold = '1TB'")  # see _write_down
    ledger.create_tables(connection, catalogue)
    ledger.remember_timezone(connection, zone)
    create_macros(connection)


def _built_through_date(settings: Settings) -> date | None:
    """The newest day that the published version covers, None without one."""
    try:
        manifest = json.loads((settings.current_link / "manifest.json").read_text(encoding="utf-8"))
        return date.fromisoformat(manifest["as_of_date"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _outcomes(
    landing: Landing, found: list[InboxFile], tables: Collection[str] | None
) -> Iterator[FileOutcome]:
    paths = [file.path for file in found if not file.is_ignored]
    digests = Digests(landing.connection)
    moving = moving_files(path for path in paths if digests.remembered(path) is None)
    still = [file for file in found if file.path in moving]
    # A file whose head is of other tables may hold rows of these beyond it.
    settled = with_parts(
        landing, digests, [file for file in found if file.path not in moving], is_head_enough=tables is None
    )
    files = _queue(file for file in (*still, *settled) if is_wanted(file, tables))
    landing.progress.stage("land", len(files))
    while files:
        file = files.popleft()
        started = time.monotonic()
        outcome = FileOutcome(file.relative, "ignored", part=PARTS.get(str(file.kind)))
        if not file.is_ignored:
            try:
                outcome = _take(landing, file, digests, is_moving=file.path in moving)
            except HoldsMore:
                whole = [one for one in found if one.path == file.path]
                parts = with_parts(landing, digests, whole, is_head_enough=False)
                files = _queue((*parts, *(one for one in files if one.path != file.path)))
                continue
        _write_down(landing)
        landing.progress.advance(file.relative)
        yield replace(outcome, seconds=time.monotonic() - started)
    digests.save()


def _write_down(landing: Landing) -> None:
    """Put a long write-ahead log in its place, with a build's memory.

    A checkpoint looks at the tables of the models, too, and at those with many deleted rows wants more than
    a landing may hold, which would end the landing.
    """
    wal = landing.settings.private_db.with_name(landing.settings.private_db.name + ".wal")
    if wal.exists() and wal.stat().st_size > _MOST_WAL_BYTES:
        _take_memory_of_a_build(landing.connection, landing.settings)
        landing.connection.execute("checkpoint")
        landing.connection.execute(f"set memory_limit = {literal(MEMORY_LIMIT)}")


def _take_memory_of_a_build(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    connection.execute(f"set memory_limit = '{settings.memory}B'")


def _queue(files: Iterable[InboxFile]) -> deque[InboxFile]:
    return deque(in_order(sorted(files, key=lambda file: file.path.as_posix())))


def _take(landing: Landing, file: InboxFile, digests: Digests, is_moving: bool) -> FileOutcome:
    state = state_of(file.path)
    waiting = FileOutcome(
        path=file.relative,
        status="waiting",
        system=file.entity.system if file.entity else None,
        entity=file.entity.name if file.entity else None,
        size_bytes=state.size_bytes if state else 0,
        part=PARTS.get(str(file.kind)),
    )
    if file.code == "E_UNREADABLE":
        return replace(waiting, status="refused", code=file.code, params=file.params)
    if state is None or is_moving or file.is_closed:
        return waiting
    try:
        sha256 = content_sha256(digests, file, state)
        known = replace(waiting, sha256=sha256, belongs_in=file.belongs_in)
        return _decide(landing, file, state, known, digests)
    except StillWritten:
        return waiting
    except OSError as error:
        params = {"path": file.relative, "detail": error.strerror or str(error)}
        return replace(waiting, status="refused", code="E_UNREADABLE", params=params)


def _decide(
    landing: Landing, file: InboxFile, state: FileState, known: FileOutcome, digests: Digests
) -> FileOutcome:
    """Leave alone what the ledger knows, land or refuse the rest.

    Raises:
        HoldsMore: its head does not tell all that it holds, or it would be refused for what it tells.
    """
    seen = ledger.find_file(landing.connection, str(known.sha256))
    landed = seen if seen is not None and seen["status"] == ledger.LANDED else None
    if landed is not None and _is_same(landing, file, known, landed):
        return replace(known, status="unchanged")
    if landed is None and seen is not None and _is_settled(landing, file, known, seen):
        params = file.params if file.code == seen["code"] else json.loads(seen["params"])
        return replace(known, status="refused", code=seen["code"], params=params)
    if file.part or file.groups:
        ledger.forget_refusals(landing.connection, refused_before(digests, file, state))
    try:
        if file.entity is not None and file.code is None:
            elsewhere = _landed_elsewhere(landing, known, landed, digests) if landed else None
            if landed and landed["accepted"] and elsewhere:
                raise elsewhere
            return FileLanding(landing, file, file.entity, known, bool(landed)).run(state, elsewhere)
        if file.path.suffix.lower() in OTHER_SPREADSHEETS and is_encrypted(file.path):
            raise FileRefused("E_ENCRYPTED")
        raise FileRefused(str(file.code), **file.params)
    except FileRefused as refusal:
        if file.by_head:
            raise HoldsMore from refusal
        if file.folder == CANONICAL and refusal.code in OTHER_CONTENT:
            refusal = refusal_by_content(landing, digests, file, state) or refusal
        outcome = replace(known, status="refused", code=refusal.code, params=refusal.params)
        if landed is not None:
            return outcome  # what has landed stays in the ledger, under the name it has there
        with ledger.transaction(landing.connection):
            ledger.write_file(
                landing.connection,
                outcome,
                landed_at=landing.landed_at_text,
                version=landing.version,
                message=str(refusal),
            )
        return outcome


def _is_same(landing: Landing, file: InboxFile, known: FileOutcome, landed: dict[str, Any]) -> bool:
    """Whether a file has landed as what it is now, through the same mapping."""
    if (landed["system"], landed["entity"]) != (known.system, known.entity):
        return False
    mapping = file.entity.mapping if file.entity else None
    return ledger.mapping_of(landing.connection, str(known.sha256)) == mapping


def _landed_elsewhere(
    landing: Landing, known: FileOutcome, landed: dict[str, Any], digests: Digests
) -> FileRefused | None:
    """The refusal of a copy of what has landed as another entity; None where no file of that one holds it.

    Without such a file the content was renamed.
    """
    found = list_inbox(landing.settings, load_catalogue(), [f"{landed['system']}__{landed['entity']}"])
    states = {file.path: state_of(file.path) for file in found}
    same_size = [
        file for file in found if (state := states[file.path]) and state.size_bytes == known.size_bytes
    ]
    for other in with_parts(landing, digests, same_size):
        state = states[other.path]
        if state is None or other.entity is None or other.relative == known.path:
            continue
        if (other.entity.system, other.entity.name) != (landed["system"], landed["entity"]):
            continue
        if content_sha256(digests, other, state) == known.sha256:
            return FileRefused("E_LANDED_ELSEWHERE", entity=landed["entity"], path=other.relative)
    return None


def _is_settled(landing: Landing, file: InboxFile, known: FileOutcome, seen: dict[str, Any]) -> bool:
    """Whether an earlier refusal of this content still stands: same gate, and the same kind of name."""
    endings = {PurePosixPath(path).suffix.lower() for path in (seen["path"], file.relative)}
    is_same_kind = (seen["system"], seen["entity"]) == (known.system, known.entity) and len(endings) == 1
    is_same_name = file.code is None or seen["code"] in (file.code, "E_ENCRYPTED")
    return bool(seen["gate_version"] == landing.version and is_same_kind and is_same_name)
