"""The team's serving copy: published marts and core in a PostgreSQL, swapped in as a whole.

Tables that changed are loaded into schemas of the next version, beside those in use. Then one transaction
renames the schemas and takes the unchanged tables over: no reader holds it up, and none sees a gap.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, LiteralString

import adbc_driver_manager
import duckdb
import psycopg
from adbc_driver_postgresql import dbapi as adbc
from psycopg import errors, sql

from orchestration.errors import EXIT_FAILURE, EXIT_LOCKED, EXIT_USAGE, ShequnError
from orchestration.progress import Progress
from orchestration.reports import PublishedVersion
from orchestration.serving.cells import literal
from orchestration.serving.postgres_tables import ServedTable, describe_tables
from orchestration.serving.query import DEFAULT_MEMORY
from orchestration.serving.scratch import scratch_folder
from orchestration.serving.version import version_to_read
from orchestration.settings import Settings

URL_VARIABLE = "SHEQUN_POSTGRES_URL"
SCHEMAS = ("core", "marts")
READER = "shequn_reader"
LOADERS = 2
_STATE = "shequn"
_NEXT = "shequn_next_"
_OLD = "shequn_old_"
_OURS = "shequn: "  # how the comments of our schemas begin
_LOCK_KEY = 7_433_866  # any number that nothing else uses
_BATCH_ROWS = 20_000
_WHILE_LOADING = (
    "set max_parallel_maintenance_workers = 0",  # a loader keeps one processor busy
    "set synchronous_commit = off",  # the swap's commit waits for the disk, for all before it
    "set default_statistics_target = 50",  # a sample of 15,000 rows of each table: half the time
)
_TRIES = 10
_TRY_SECONDS = 0.05

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True)
class Served:
    """What a load did.

    Attributes:
        version: The published version that PostgreSQL now shows.
        loaded: Tables that were written, `<schema>.<table>`.
        kept: Tables whose rows were there already.
        rows: Of all tables together.
        swap_seconds: How long the one transaction took that readers could notice.
        views_left: Views of others that could not follow and still show the version before.
    """

    version: PublishedVersion
    loaded: tuple[str, ...]
    kept: tuple[str, ...]
    rows: int
    swap_seconds: float
    views_left: tuple[str, ...]


def serve_postgres(settings: Settings, url: str, progress: Progress | None = None) -> Served:
    """Bring a PostgreSQL database to the version that is current now.

    Args:
        settings: Names the published version.
        url: A connection URI or string of libpq.
        progress: Hears the stage "serve", a table at a time.

    Raises:
        ShequnError: nothing published or a database of others (exit 2), another load (4), a server that
            cannot be reached, lacks rights or space (1). What readers see is then as it was.
    """
    version, path = version_to_read(settings)
    config: dict[str, Any] = {"memory_limit": DEFAULT_MEMORY, "autoinstall_known_extensions": "false"}
    with (
        _connect(url) as connection,
        duckdb.connect(str(path), read_only=True, config=config) as source,
        scratch_folder(settings.home, ".serve-") as folder,
    ):
        source.execute(f"set temp_directory = {literal(str(folder))}")
        try:
            _prepare(connection)
            return _Load(url, connection, source, version, progress or Progress()).run()
        except (psycopg.Error, adbc_driver_manager.Error) as error:
            raise ShequnError("serving.pg_failed", EXIT_FAILURE, cause=_first_line(error)) from error


@contextmanager
def _connect(url: str) -> Iterator[Connection]:
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=10, application_name="shequn")
    except psycopg.ProgrammingError as error:
        raise ShequnError("serving.pg_bad_url", EXIT_USAGE) from error
    except psycopg.OperationalError as error:
        raise ShequnError("serving.pg_unreachable", EXIT_FAILURE, cause=_first_line(error)) from error
    with connection:
        yield connection


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def _run(connection: Connection, template: LiteralString, *names: str) -> psycopg.Cursor[tuple[Any, ...]]:
    """Run a statement whose `{}` are names."""
    return connection.execute(sql.SQL(template).format(*map(sql.Identifier, names)))


def _prepare(connection: Connection) -> None:
    """Be alone, see that the schemas are ours, and make what is kept from load to load."""
    if connection.execute("select pg_try_advisory_lock(%s)", [_LOCK_KEY]).fetchone() != (True,):
        raise ShequnError("serving.pg_busy", EXIT_LOCKED)
    foreign = connection.execute(
        "select nspname from pg_namespace where nspname = any(%s)"
        " and coalesce(obj_description(oid, 'pg_namespace'), '') not like %s",
        [[*SCHEMAS, _STATE], f"{_OURS}%"],
    ).fetchall()
    if foreign:
        raise ShequnError("serving.pg_foreign", EXIT_USAGE, schema=foreign[0][0])
    if not connection.execute("select from pg_roles where rolname = %s", [READER]).rowcount:
        try:
            _run(connection, "create role {} nologin", READER)
        except errors.InsufficientPrivilege as error:
            raise ShequnError("serving.pg_role", EXIT_FAILURE, role=READER) from error
    try:
        _create_schema(connection, _STATE)
    except errors.InsufficientPrivilege as error:
        database = connection.info.dbname
        raise ShequnError("serving.pg_rights", EXIT_FAILURE, database=database) from error
    with connection.transaction():
        connection.execute(
            "create table if not exists shequn.loaded (table_name text primary key, checksum text not null)"
        )
        connection.execute(
            "create table if not exists shequn.version"
            " (version text, as_of_date date, built_at timestamptz, served_at timestamptz)"
        )
        _run(connection, "grant select on shequn.version to {}", READER)


def _create_schema(connection: Connection, name: str) -> None:
    with connection.transaction():
        _run(connection, "create schema if not exists {}", name)
        comment = sql.Literal(f"{_OURS}written by shequn serve postgres")
        connection.execute(sql.SQL("comment on schema {} is {}").format(sql.Identifier(name), comment))
        _run(connection, "grant usage on schema {} to {}", name, READER)


class _InUse(Exception):
    """A table that was to be taken over is being read: (its full name)."""


class _Load:
    """One run, from what is published to what PostgreSQL shows."""

    def __init__(
        self,
        url: str,
        connection: Connection,
        source: duckdb.DuckDBPyConnection,
        version: PublishedVersion,
        progress: Progress,
    ) -> None:
        self._url = url
        self._connection = connection
        self._source = source
        self._version = version
        self._progress = progress
        self._tables = {table.full_name: table for table in describe_tables(source, SCHEMAS)}
        self._kept = self._unchanged()

    def run(self) -> Served:
        """Load what changed, swap, clear away."""
        for schema in SCHEMAS:
            _run(self._connection, "drop schema if exists {} cascade", _NEXT + schema)
            _create_schema(self._connection, _NEXT + schema)
        changed = [name for name in self._tables if name not in self._kept]
        self._progress.stage("serve", total=len(changed))
        self._load(changed)
        views_left, seconds = self._swap()
        _clear_away(self._connection)
        return Served(
            self._version,
            tuple(name for name in self._tables if name not in self._kept),
            tuple(sorted(self._kept)),
            sum(table.rows for table in self._tables.values()),
            seconds,
            views_left,
        )

    def _unchanged(self) -> set[str]:
        loaded = self._connection.execute(
            "select loaded.table_name, loaded.checksum from shequn.loaded join pg_tables"
            " on loaded.table_name = pg_tables.schemaname || '.' || pg_tables.tablename"
        ).fetchall()
        return {name for name, sum_ in loaded if name in self._tables and self._tables[name].checksum == sum_}

    def _load(self, names: Sequence[str]) -> None:
        """Write tables into the next schemas, the largest first so that both loaders end together."""
        self._source.execute("set threads = 1")  # each loader reads with its own
        names = sorted(names, key=lambda name: -self._tables[name].rows)
        with ThreadPoolExecutor(LOADERS) as pool:
            for name in pool.map(self._load_table, names):
                self._progress.advance(name)

    def _load_table(self, name: str) -> str:
        table = self._tables[name]
        schema = _NEXT + table.schema
        create, complete = table.statements(schema)
        with _connect(self._url) as connection:
            for setting in _WHILE_LOADING:
                connection.execute(setting)
            connection.execute(create)
            loaded = self._send_rows(table, schema)
            expected = self._version.manifest["tables"][name]
            if loaded != expected:
                params = {"table": name, "rows": loaded, "expected": expected}
                raise ShequnError("serving.pg_rows", EXIT_FAILURE, **params)
            for statement in complete:
                connection.execute(statement)
            _run(connection, "grant select on {}.{} to {}", schema, table.name, READER)
        return name

    def _send_rows(self, table: ServedTable, schema: str) -> int:
        """Send rows in the form that PostgreSQL takes soonest; Python makes no values of them."""
        with (
            self._source.cursor() as source,
            adbc.connect(self._url) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute("set synchronous_commit = off")
            rows = source.execute(table.query).to_arrow_reader(_BATCH_ROWS)
            sent: int = cursor.adbc_ingest(table.name, rows, mode="append", db_schema_name=schema)
            connection.commit()
        return sent

    def _swap(self) -> tuple[tuple[str, ...], float]:
        """Show the next version; a kept table that is always being read is loaded after all."""
        tries = 0
        while True:
            begun = time.monotonic()
            try:
                with self._connection.transaction():
                    views_left = self._swap_now()
                return views_left, time.monotonic() - begun
            except _InUse as in_use:
                tries += 1
                time.sleep(_TRY_SECONDS)
                if tries >= _TRIES:
                    name = in_use.args[0]
                    self._load([name])
                    self._kept.discard(name)
                    tries = 0

    def _swap_now(self) -> tuple[str, ...]:
        connection, suffix = self._connection, uuid.uuid4().hex[:8]
        for name in sorted(self._kept):
            try:
                _run(connection, "lock table {}.{} in access exclusive mode nowait", *name.split("."))
            except errors.LockNotAvailable:
                raise _InUse(name) from None
        views = _views_of_others(connection)
        for schema in SCHEMAS:
            old = f"{_OLD}{suffix}_{schema}"
            if connection.execute("select from pg_namespace where nspname = %s", [schema]).rowcount:
                _run(connection, "alter schema {} rename to {}", schema, old)
            _run(connection, "alter schema {} rename to {}", _NEXT + schema, schema)
            for table in (name.split(".")[1] for name in self._kept if name.startswith(f"{schema}.")):
                _run(connection, "alter table {}.{} set schema {}", old, table, schema)
        self._remember()
        return tuple(name for name, definition in views if not _moved(connection, name, definition))

    def _remember(self) -> None:
        manifest = self._version.manifest
        with self._connection.cursor() as cursor:
            cursor.execute("delete from shequn.loaded")
            cursor.executemany(
                "insert into shequn.loaded values (%s, %s)",
                [(table.full_name, table.checksum) for table in self._tables.values()],
            )
            cursor.execute("delete from shequn.version")
            cursor.execute(
                "insert into shequn.version values (%s, %s, %s, now())",
                [self._version.name, manifest["as_of_date"], manifest["built_at"]],
            )


def _views_of_others(connection: Connection) -> list[tuple[str, str | None]]:
    """Views that people made of our tables: quoted name, and definition, NULL of a materialised one."""
    connection.execute("set local search_path = ''")  # definitions then name each table with its schema
    return connection.execute(
        """
        select distinct
            quote_ident(spaces.nspname) || '.' || quote_ident(views.relname),
            case views.relkind when 'v' then pg_get_viewdef(views.oid) end
        from pg_depend as depends
        inner join pg_rewrite as rules on depends.objid = rules.oid
        inner join pg_class as views on rules.ev_class = views.oid
        inner join pg_namespace as spaces on views.relnamespace = spaces.oid
        inner join pg_class as tables on depends.refobjid = tables.oid
        inner join pg_namespace as ours on tables.relnamespace = ours.oid
        where depends.classid = 'pg_rewrite'::regclass and depends.refclassid = 'pg_class'::regclass
            and ours.nspname = any(%s) and views.oid <> tables.oid
        """,
        [list(SCHEMAS)],
    ).fetchall()


def _moved(connection: Connection, name: str, definition: str | None) -> bool:
    """Let a view read the tables that bear these names now; False where it cannot."""
    if definition is None:
        return False
    try:
        with connection.transaction():
            connection.execute("set local lock_timeout = '20ms'")
            connection.execute(f"create or replace view {name} as {definition}")
    except psycopg.Error:
        return False
    return True


def _clear_away(connection: Connection) -> None:
    """Drop what earlier versions left; what is being read or has views of others waits for the next run."""
    tables = connection.execute(
        "select schemaname, tablename from pg_tables where starts_with(schemaname, %s)", [_OLD]
    ).fetchall()
    connection.execute("set lock_timeout = '1s'")
    in_use = (errors.LockNotAvailable, errors.DependentObjectsStillExist)
    for schema, table in tables:
        with suppress(*in_use):
            _run(connection, "drop table {}.{}", schema, table)
    schemas = connection.execute("select nspname from pg_namespace where starts_with(nspname, %s)", [_OLD])
    for (schema,) in schemas.fetchall():
        with suppress(*in_use):
            _run(connection, "drop schema {}", schema)
