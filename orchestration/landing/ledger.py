"""The ledger of files, the rejected rows and the raw tables in the private file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import duckdb

from orchestration.errors import EXIT_USAGE, ShequnError
from orchestration.landing.catalogue import Catalogue, Entity, load_catalogue
from orchestration.landing.faults import RowFault
from orchestration.landing.normal_forms import identifier, row_key
from orchestration.reports import FileOutcome
from orchestration.settings import Settings

# A new number makes the gate look again at files that it refused.
GATE_VERSION = "6"
# A rejected row is open until its file is replaced by another of its path, or a row of its key is accepted.
OPEN = "mended_by is null"
LANDED = "landed"
REFUSED = "refused"

_TABLES = (
    "create schema if not exists raw",
    "create table if not exists raw.meta (key varchar, value varchar)",
    """create table if not exists raw.inbox_files (
        path varchar, size_bytes bigint, mtime_ns bigint, file_sha256 varchar)""",
    "drop table if exists raw.workbooks",
    """create table if not exists raw.shapes (
        file_sha256 varchar, gate_version varchar, is_named boolean, shapes varchar)""",
    """create table if not exists raw.files (
        file_sha256 varchar, path varchar, system varchar, entity varchar, status varchar, code varchar,
        message varchar, encoding varchar, size_bytes bigint, lines bigint, header bigint, accepted bigint,
        rejected bigint, blank bigint, rows_late bigint, unknown_columns varchar, load_seq bigint,
        landed_at timestamp, built_through_date date, gate_version varchar, params varchar)""",
    """create table if not exists raw.rejected_rows (
        file_sha256 varchar, path varchar, system varchar, entity varchar, line bigint, column_name varchar,
        code varchar, reason varchar, original varchar, load_seq bigint, landed_at timestamp,
        params varchar, row_key varchar, mended_by bigint)""",
    # A home of earlier code.
    "alter table raw.rejected_rows add column if not exists row_key varchar",
    "alter table raw.rejected_rows add column if not exists mended_by bigint",
    "create table if not exists raw.mapped_files (file_sha256 varchar, mapping varchar)",
)


def gate_version(catalogue: Catalogue, mapped: dict[str, Entity]) -> str:
    """What decides about a file: the gate's code, the contract, and what people mapped."""
    version = f"{GATE_VERSION}-{catalogue.version}"
    if not mapped:
        return version
    digest = hashlib.sha256("\0".join(str(entity.mapping) for entity in mapped.values()).encode())
    return f"{version}-{digest.hexdigest()[:12]}"


@contextmanager
def open_private(settings: Settings, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """The private file, closed again at the end."""
    connection = duckdb.connect(
        str(settings.private_db),
        read_only=read_only,
        config={"storage_compatibility_version": "latest"},
    )
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All or nothing, also where a signal ends it."""
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def create_tables(connection: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> None:
    """Create what is missing of the ledger and of all raw tables."""
    for statement in _TABLES:
        connection.execute(statement)
    held = _columns_held(connection)
    for entity in catalogue.entities:
        columns = [f"{identifier(name)} varchar" for name in (*entity.raw_names, "extra")]
        table = f"raw.{identifier(entity.table)}"
        if entity.table not in held:
            connection.execute(
                f"create table {table} ({', '.join(columns)}, system varchar,"
                " file_sha256 varchar, line bigint, load_seq bigint, landed_at timestamp)"
            )
            continue
        # A home of earlier code: what its rows say of a column that the catalogue got since is unknown.
        for name in entity.raw_names:
            if name not in held[entity.table]:
                connection.execute(f"alter table {table} add column {identifier(name)} varchar")


def _columns_held(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """The columns of each raw table that exists."""
    rows = connection.execute(
        "select table_name, list(column_name) from duckdb_columns()"
        " where database_name = current_database() and schema_name = 'raw' group by table_name"
    ).fetchall()
    return dict(rows)


def remember_timezone(connection: duckdb.DuckDBPyConnection, zone: str) -> None:
    """Hold the warehouse to one business time zone.

    Raises:
        ShequnError: files have landed under another one.
    """
    found = connection.execute("select value from raw.meta where key = 'business_timezone'").fetchone()
    if found is not None and found[0] == zone:
        return
    has_landed = connection.execute("select 1 from raw.files where status = ? limit 1", [LANDED]).fetchone()
    if found is not None and has_landed is not None:
        raise ShequnError("landing.timezone_changed", EXIT_USAGE, before=found[0], now=zone)
    with transaction(connection):
        connection.execute("delete from raw.meta where key = 'business_timezone'")
        connection.execute("insert into raw.meta values ('business_timezone', ?)", [zone])


def _rows(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    names = [column[0] for column in connection.description or ()]
    return [dict(zip(names, row, strict=True)) for row in connection.fetchall()]


def find_file(connection: duckdb.DuckDBPyConnection, sha256: str) -> dict[str, Any] | None:
    """The ledger's row of a file, by content."""
    rows = _rows(connection.execute("select * from raw.files where file_sha256 = ?", [sha256]))
    return rows[0] if rows else None


def mapping_of(connection: duckdb.DuckDBPyConnection, sha256: str) -> str | None:
    """The mapping through which a file landed; None: it needed none."""
    found = connection.execute("select mapping from raw.mapped_files where file_sha256 = ?", [sha256])
    row = found.fetchone()
    return str(row[0]) if row else None


def write_mapping(connection: duckdb.DuckDBPyConnection, sha256: str, mapping: str | None) -> None:
    """Note the mapping through which a file landed."""
    connection.execute("delete from raw.mapped_files where file_sha256 = ?", [sha256])
    if mapping is not None:
        connection.execute("insert into raw.mapped_files values (?, ?)", [sha256, mapping])


def next_load_seq(connection: duckdb.DuckDBPyConnection) -> int:
    """One more than any landed file's."""
    row = connection.execute("select coalesce(max(load_seq), 0) + 1 from raw.files").fetchone()
    return int(row[0]) if row else 1


def write_file(
    connection: duckdb.DuckDBPyConnection,
    outcome: FileOutcome,
    landed_at: str,
    version: str,
    message: str | None = None,
    load_seq: int | None = None,
    built_through_date: date | None = None,
) -> None:
    """Put one file's account into the ledger, in the place of an earlier refusal of the same content."""
    connection.execute("delete from raw.files where file_sha256 = ?", [outcome.sha256])
    values = [
        outcome.sha256,
        outcome.path,
        outcome.system,
        outcome.entity,
        outcome.status,
        outcome.code,
        message,
        outcome.encoding,
        outcome.size_bytes,
        outcome.lines,
        outcome.header,
        outcome.accepted,
        outcome.rejected,
        outcome.blank,
        outcome.rows_late,
        ", ".join(outcome.unknown_columns) or None,
        load_seq,
        landed_at,
        built_through_date,
        version,
        json.dumps(outcome.params, ensure_ascii=False),
    ]
    connection.execute(f"insert into raw.files values ({', '.join('?' * len(values))})", values)


def forget_refusals(connection: duckdb.DuckDBPyConnection, sha256s: Collection[str]) -> None:
    """Remove these files' refusals, which their parts stand in the place of."""
    connection.execute(
        "delete from raw.files where list_contains(?, file_sha256) and status = ?", [list(sha256s), REFUSED]
    )


def write_faults(
    connection: duckdb.DuckDBPyConnection,
    faults: Sequence[RowFault],
    outcome: FileOutcome,
    load_seq: int,
    landed_at: str,
) -> None:
    """Append rejected rows of one file."""
    import pyarrow as pa

    text = pa.string()
    landing_faults = pa.table(  # noqa: F841 (named in the statement)
        {
            "line": pa.array([fault.line for fault in faults], pa.int64()),
            "column_name": pa.array([fault.column for fault in faults], text),
            "code": pa.array([fault.code for fault in faults], text),
            "reason": pa.array([fault.reason for fault in faults], text),
            "original": pa.array([fault.original for fault in faults], text),
            "params": pa.array([json.dumps(fault.params, ensure_ascii=False) for fault in faults], text),
            "row_key": pa.array([fault.key for fault in faults], text),
        }
    )
    connection.execute(
        "insert into raw.rejected_rows"
        " select ?, ?, ?, ?, line, column_name, code, reason, original, ?, ?, params, row_key, null"
        " from landing_faults order by line",
        [outcome.sha256, outcome.path, outcome.system, outcome.entity, load_seq, landed_at],
    )


def note_mended(connection: duckdb.DuckDBPyConnection, entity: Entity, path: str, load_seq: int) -> None:
    """Note which rejected rows a landing has brought right: see `OPEN`."""
    connection.execute(
        f"update raw.rejected_rows set mended_by = ? where {OPEN} and path = ? and load_seq < ?",
        [load_seq, path, load_seq],
    )
    if not connection.execute(
        f"select 1 from raw.rejected_rows where {OPEN} and row_key is not null limit 1"
    ).fetchone():
        return
    connection.execute(
        f"""update raw.rejected_rows as rejected set mended_by = ?
            from (
                select {row_key(entity)} as row_key, max(line) as line
                from raw.{identifier(entity.table)} where load_seq = ? group by 1
            ) as landed
            where {OPEN} and rejected.row_key = landed.row_key
                and (rejected.load_seq < ? or rejected.line < landed.line)""",
        [load_seq, load_seq, load_seq],
    )


def ledger(settings: Settings) -> list[dict[str, Any]]:
    """Every file seen, landed ones in landing order, then the refused, the last refused last.

    `params` is parsed; `still_rejected` says how many rejected rows nothing has brought right since.
    """
    with open_private(settings, read_only=True) as connection:
        is_open = _open_condition(connection)
        if is_open is None:
            return []
        rows = _rows(
            connection.execute(
                "select files.*, coalesce(still_rejected, 0) as still_rejected from raw.files as files"
                " left join (select file_sha256, count(*) as still_rejected from raw.rejected_rows"
                f" where {is_open} group by file_sha256) as opened on files.file_sha256 = opened.file_sha256"
                " order by load_seq nulls last, landed_at, path"
            )
        )
    return [{**row, "params": json.loads(row["params"])} for row in rows]


def rejected_rows(
    settings: Settings, limit: int | None = None, with_mended: bool = False
) -> list[dict[str, Any]]:
    """Rows not let in, newest landing first, in order of lines; `params` is parsed.

    Args:
        settings: The house.
        limit: At most so many; None: all.
        with_mended: Also those that a later landing brought right, whose `mended_by` is its number.
    """
    with open_private(settings, read_only=True) as connection:
        is_open = _open_condition(connection)
        if is_open is None:
            return []
        wanted = "true" if with_mended else is_open
        rows = _rows(
            connection.execute(
                f"select * from raw.rejected_rows where {wanted} order by load_seq desc, line limit ?",
                [limit],
            )
        )
    for row in rows:
        row.pop("row_key", None)
    return [{**row, "params": json.loads(row["params"])} for row in rows]


def _open_condition(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Which rejected rows are open; None: nothing has landed yet."""
    columns = _columns_held(connection).get("rejected_rows")
    if columns is None:
        return None
    return OPEN if "mended_by" in columns else "true"


def forget_rows(connection: duckdb.DuckDBPyConnection, sha256s: Collection[str]) -> None:
    """Remove the rows of these files, their rejected rows and their place in the ledger.

    What they had brought right is open again.
    """
    connection.execute(
        "update raw.rejected_rows set mended_by = null where mended_by in"
        " (select load_seq from raw.files where list_contains(?, file_sha256))",
        [list(sha256s)],
    )
    tables = [entity.table for entity in load_catalogue().entities]
    for table in (*tables, "rejected_rows", "mapped_files", "files"):
        connection.execute(
            f"delete from raw.{identifier(table)} where list_contains(?, file_sha256)", [list(sha256s)]
        )


def forget_files(settings: Settings, sha256s: Collection[str]) -> None:
    """Remove all trace of these files: their rows, their contacts, their place in the ledger."""
    from orchestration.landing.vault import delete_contacts, open_contacts

    forgotten = list(sha256s)
    with open_private(settings) as connection:
        create_tables(connection, load_catalogue())
        with transaction(connection):
            forget_rows(connection, forgotten)
            connection.execute("delete from raw.inbox_files where list_contains(?, file_sha256)", [forgotten])
    with open_contacts(settings) as contacts:
        delete_contacts(contacts, forgotten)
