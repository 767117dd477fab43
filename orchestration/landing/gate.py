"""The gate: takes the inbox into raw, each file whole or not at all."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import duckdb

from orchestration.errors import EXIT_USAGE, ShequnError
from orchestration.landing import ledger
from orchestration.landing.blocks import Block, Counts, Reader
from orchestration.landing.catalogue import Catalogue, Entity, load_catalogue
from orchestration.landing.checks import RowChecks, Stamp
from orchestration.landing.csv_reader import CsvReader
from orchestration.landing.faults import FileRefused
from orchestration.landing.inbox import (
    SPREADSHEETS,
    FileState,
    InboxFile,
    list_inbox,
    moving_files,
    state_of,
)
from orchestration.landing.jsonl_reader import JsonlReader
from orchestration.landing.normal_forms import create_macros, identifier, literal
from orchestration.landing.parquet_reader import ParquetReader
from orchestration.landing.survey import is_encrypted
from orchestration.landing.vault import add_contacts, delete_contacts, open_contacts, phone_keys, vault_key
from orchestration.progress import Progress
from orchestration.reports import FileOutcome, LandingReport
from orchestration.settings import Settings

FUTURE_TOLERANCE = timedelta(days=1)
HASH_BYTES = 1 << 20
MEMORY_LIMIT = "512MB"


class _StillWritten(Exception):
    """The file changed while it was read."""


@dataclass(frozen=True)
class _Landing:
    """What all files of one pass share."""

    settings: Settings
    connection: duckdb.DuckDBPyConnection
    progress: Progress
    version: str
    landed_at: datetime
    built_through_date: date | None

    @property
    def landed_at_text(self) -> str:
        return self.landed_at.isoformat(sep=" ")

    @property
    def latest_event(self) -> str:
        return (self.landed_at + FUTURE_TOLERANCE).isoformat(sep=" ")


def land_inbox(
    settings: Settings,
    progress: Progress,
    entities: Collection[str] | None = None,
    now: datetime | None = None,
) -> LandingReport:
    """Take the inbox `settings.exports` into schema raw of `settings.private_db`.

    Args:
        settings: The places, and the business time zone.
        progress: Hears of each file, and of the rows of large ones.
        entities: Only the files of these; files that no entity owns are then left out too.
        now: Moment of the landing (naive: business time zone); the clock's unless given.

    Raises:
        ShequnError: no inbox, or files have landed under another business time zone.
    """
    started = time.monotonic()
    if not settings.exports.is_dir():
        raise ShequnError("landing.no_inbox", EXIT_USAGE, path=settings.exports)
    catalogue = load_catalogue()
    landed_at = _local(now, settings.business_timezone)
    files = list_inbox(settings.exports, catalogue, entities)
    with ledger.open_private(settings) as connection:
        _prepare(connection, catalogue, settings.business_timezone)
        landing = _Landing(
            settings=settings,
            connection=connection,
            progress=progress,
            version=ledger.gate_version(catalogue),
            landed_at=landed_at,
            built_through_date=_built_through_date(settings),
        )
        outcomes = tuple(_outcomes(landing, files))
    return LandingReport(outcomes, time.monotonic() - started)


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
    connection.execute(f"set memory_limit = {literal(MEMORY_LIMIT)}")
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


def _outcomes(landing: _Landing, files: list[InboxFile]) -> Iterator[FileOutcome]:
    landing.progress.stage("land", len(files))
    digests = {file.path: _remembered_digest(landing, file) for file in files if not file.is_ignored}
    moving = moving_files(path for path, digest in digests.items() if digest is None)
    for file in files:
        started = time.monotonic()
        outcome = FileOutcome(file.relative, "ignored")
        if not file.is_ignored:
            outcome = _take(landing, file, digests[file.path], is_moving=file.path in moving)
        landing.progress.advance(file.relative)
        yield replace(outcome, seconds=time.monotonic() - started)


def _take(landing: _Landing, file: InboxFile, digest: str | None, is_moving: bool) -> FileOutcome:
    state = state_of(file.path)
    entity = file.entity
    blank = FileOutcome(
        path=file.relative,
        status="waiting",
        system=entity.system if entity else None,
        entity=entity.name if entity else None,
        size_bytes=state.size_bytes if state else 0,
    )
    if file.code == "E_UNREADABLE":
        return replace(blank, status="refused", code=file.code, params=file.params)
    if state is None or is_moving:
        return blank
    try:
        sha256 = digest or _digest(landing, file, state)
        return _decide(landing, file, state, replace(blank, sha256=sha256))
    except _StillWritten:
        return blank
    except OSError as error:
        params = {"path": file.relative, "detail": error.strerror or str(error)}
        return replace(blank, status="refused", code="E_UNREADABLE", params=params)


def _decide(landing: _Landing, file: InboxFile, state: FileState, blank: FileOutcome) -> FileOutcome:
    assert blank.sha256 is not None
    seen = ledger.find_file(landing.connection, blank.sha256)
    if seen is not None and seen["status"] == ledger.LANDED:
        return replace(blank, status="unchanged")
    is_settled = (
        seen is not None
        and seen["gate_version"] == landing.version
        and (seen["system"], seen["entity"]) == (blank.system, blank.entity)
        and (file.code is None or seen["code"] == file.code)
    )
    if seen is not None and is_settled:
        params = json.loads(seen["params"]) if file.code is None else file.params
        return replace(blank, status="refused", code=seen["code"], params=params)
    try:
        if file.code is not None:
            is_locked = file.path.suffix.lower() in SPREADSHEETS and is_encrypted(file.path)
            raise FileRefused("E_ENCRYPTED") if is_locked else FileRefused(file.code, **file.params)
        return _land(landing, file, state, blank)
    except FileRefused as refusal:
        outcome = replace(blank, status="refused", code=refusal.code, params=refusal.params)
        with ledger.transaction(landing.connection):
            ledger.write_file(
                landing.connection,
                outcome,
                message=str(refusal),
                load_seq=None,
                landed_at=landing.landed_at_text,
                built_through_date=None,
                version=landing.version,
            )
        return outcome


# ---------------------------------------------------------------------------------------------- digests


def _remembered_digest(landing: _Landing, file: InboxFile) -> str | None:
    """The sha256 of a file that has not changed since it was last read, by size and modification time."""
    state = state_of(file.path)
    if state is None or state.is_young:
        return None
    row = landing.connection.execute(
        "select file_sha256 from raw.inbox_files where path = ? and size_bytes = ? and mtime_ns = ?",
        [_stored_path(file.path), state.size_bytes, state.mtime_ns],
    ).fetchone()
    return str(row[0]) if row else None


def _stored_path(path: Path) -> str:
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _digest(landing: _Landing, file: InboxFile, state: FileState) -> str:
    digest = hashlib.sha256()
    with file.path.open("rb") as content:
        while chunk := content.read(HASH_BYTES):
            digest.update(chunk)
    if state_of(file.path) != state:
        raise _StillWritten
    sha256 = digest.hexdigest()
    # A file this young may still change within one tick of its clock: it is read again next time.
    if not state.is_young:
        with ledger.transaction(landing.connection):
            landing.connection.execute(
                "delete from raw.inbox_files where path = ?", [_stored_path(file.path)]
            )
            landing.connection.execute(
                "insert into raw.inbox_files values (?, ?, ?, ?)",
                [_stored_path(file.path), state.size_bytes, state.mtime_ns, sha256],
            )
    return sha256


# ---------------------------------------------------------------------------------------------- one file


def _open_reader(landing: _Landing, file: InboxFile, entity: Entity) -> Reader:
    if file.format == "csv":
        return CsvReader(file.path, entity)
    if file.format == "jsonl":
        return JsonlReader(file.path, entity)
    return ParquetReader(file.path, entity, landing.connection, landing.settings.business_timezone)


@contextmanager
def _contacts_transaction(
    landing: _Landing, entity: Entity, sha256: str
) -> Iterator[duckdb.DuckDBPyConnection | None]:
    """The vault, for an entity with personal columns; committed before the private file is.

    A kill between the two leaves contacts of a file that has not landed; its next landing replaces them.
    """
    if not entity.contacts:
        yield None
        return
    with open_contacts(landing.settings) as contacts, ledger.transaction(contacts):
        delete_contacts(contacts, [sha256])
        yield contacts


def _land(landing: _Landing, file: InboxFile, state: FileState, blank: FileOutcome) -> FileOutcome:
    entity, sha256 = file.entity, blank.sha256
    assert entity is not None and sha256 is not None
    load_seq = ledger.next_load_seq(landing.connection)
    stamp = Stamp(sha256, load_seq, landing.landed_at_text)
    with ExitStack() as stack:
        stack.enter_context(ledger.transaction(landing.connection))
        contacts = stack.enter_context(_contacts_transaction(landing, entity, sha256))
        reader = _open_reader(landing, file, entity)
        counts = _land_blocks(landing, reader, entity, stamp, blank, contacts)
        if state_of(file.path) != state:
            raise _StillWritten
        if not counts.is_even:
            found = counts.header + counts.accepted + counts.rejected + counts.blank
            raise FileRefused("E_COUNT", expected=counts.lines, found=found)
        outcome = replace(
            blank,
            status="landed",
            encoding=reader.encoding,
            lines=counts.lines,
            header=counts.header,
            accepted=counts.accepted,
            rejected=counts.rejected,
            blank=counts.blank,
            rows_late=_rows_late(landing, entity, load_seq),
            unknown_columns=reader.unknown_columns,
        )
        built_through = landing.built_through_date
        ledger.write_file(
            landing.connection,
            outcome,
            message=None,
            load_seq=load_seq,
            landed_at=landing.landed_at_text,
            built_through_date=built_through.isoformat() if built_through else None,
            version=landing.version,
        )
    return outcome


def _land_blocks(
    landing: _Landing,
    reader: Reader,
    entity: Entity,
    stamp: Stamp,
    outcome: FileOutcome,
    contacts: duckdb.DuckDBPyConnection | None,
) -> Counts:
    counts = Counts()
    checks: RowChecks | None = None
    for block in reader.blocks():
        if checks is None:
            checks = RowChecks(
                entity,
                tuple(block.known),
                tuple(block.unknown),
                block.extra is not None,
                landing.settings.business_timezone,
                landing.latest_event,
            )
        accepted, rejected = _land_block(landing, checks, block, entity, stamp, outcome, contacts)
        counts.accepted += accepted
        counts.rejected += rejected
        landing.progress.note(f"{outcome.path}: {counts.accepted + counts.rejected:,}")
    counts.lines, counts.header, counts.blank = reader.lines, reader.header, reader.blank
    return counts


def _land_block(
    landing: _Landing,
    checks: RowChecks,
    block: Block,
    entity: Entity,
    stamp: Stamp,
    outcome: FileOutcome,
    contacts: duckdb.DuckDBPyConnection | None,
) -> tuple[int, int]:
    """Accepted and rejected rows of one block."""
    connection = landing.connection
    faults = list(block.faults)
    accepted = 0
    if len(block.lines):
        checked = checks.check(connection, block, _vault_keys(landing, block, entity))
        checked.insert(connection, stamp)
        if contacts is not None:
            add_contacts(contacts, checked.contacts, entity.system, stamp.file_sha256, stamp.load_seq)
        accepted = checked.rows.num_rows
        faults += checked.faults
    if faults:
        ledger.write_faults(connection, faults, outcome, stamp.load_seq, stamp.landed_at)
    return accepted, len(faults)


def _vault_keys(landing: _Landing, block: Block, entity: Entity) -> dict[str, object]:
    keyed = [c.name for c in entity.contacts if c.contact == "keyed" and c.name in block.known]
    if not keyed:
        return {}
    key = vault_key(landing.settings)
    return {name: phone_keys(block.known[name], key) for name in keyed}


def _rows_late(landing: _Landing, entity: Entity, load_seq: int) -> int:
    """Accepted rows of this file that are dated before the newest day already built."""
    if landing.built_through_date is None or not entity.dated_by:
        return 0
    dated = f"left(coalesce({', '.join(map(identifier, entity.dated_by))}, ''), 10)"
    row = landing.connection.execute(
        f"select count(*) from raw.{identifier(entity.table)}"
        f" where load_seq = ? and {dated} <> '' and {dated} < ?",
        [load_seq, landing.built_through_date.isoformat()],
    ).fetchone()
    return int(row[0]) if row else 0
