"""Reads one table of a SQLite file in blocks; a line is a row of the table, counted from 1."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.landing.blocks import Block, split_columns, trimmed, unknown_names
from orchestration.landing.catalogue import Entity
from orchestration.landing.cells import cell_text
from orchestration.landing.faults import FileRefused, RowFault
from orchestration.landing.header import checked_columns
from orchestration.landing.normal_forms import identifier
from orchestration.landing.originals import values_text

MAGIC = b"SQLite format 3\0"
ROWS_PER_BLOCK = 20_000
VALUE_LIMIT_BYTES = 16 << 20
# Nothing that a file says of itself is run: a view or virtual table could hold any SQL.
_SETTINGS = ("trusted_schema = off", "query_only = on", "cell_size_check = on", "mmap_size = 0")
_TABLES = """
    select name from sqlite_master
    where type = 'table' and name not like 'sqlite\\_%' escape '\\' and sql not like 'create virtual%'
    order by name"""


def is_sqlite(path: Path) -> bool:
    """Whether a file begins like SQLite."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


@contextmanager
def _open_database(path: Path) -> Iterator[sqlite3.Connection]:
    """The file, which nothing writes to; text comes as bytes.

    Raises:
        FileRefused: no SQLite file, damaged, or with changes that still stand beside it.
    """
    if not is_sqlite(path):
        raise FileRefused("E_NOT_SQLITE")
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size:
        raise FileRefused("E_SQLITE_LOG", log=log.name)
    try:
        address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, VALUE_LIMIT_BYTES)
            connection.text_factory = bytes
            for setting in _SETTINGS:
                connection.execute(f"pragma {setting}")
            yield connection
    except (sqlite3.Error, UnicodeError) as error:
        raise FileRefused("E_DAMAGED_DATABASE", detail=str(error)[:200]) from None


def list_tables(path: Path) -> dict[str, tuple[str, ...]]:
    """The file's tables and the columns of each.

    Raises:
        FileRefused: it cannot be read as a SQLite file.
    """
    with _open_database(path) as connection:
        names = [row[0].decode() for row in connection.execute(_TABLES)]
        return {name: _columns(connection, name) for name in names}


def _columns(connection: sqlite3.Connection, table: str) -> tuple[str, ...]:
    return tuple(
        column[0] for column in connection.execute(f"select * from {identifier(table)} limit 0").description
    )


class SqliteReader:
    """One table; see `blocks.Reader`."""

    def __init__(self, path: Path, table: str, entity: Entity) -> None:
        self._path = path
        self._table = table
        self._entity = entity
        self._names: list[str] = []
        self.encoding: str | None = None
        self.lines = 0
        self.header = 0
        self.blank = 0
        self.totals = 0

    @property
    def unknown_columns(self) -> tuple[str, ...]:
        return unknown_names(self._names, self._entity)

    def blocks(self) -> Iterator[Block]:
        """The table's rows.

        Raises:
            FileRefused: the file is damaged, or the table lacks a column.
        """
        with _open_database(self._path) as connection:
            self._names = checked_columns(_columns(connection, self._table), self._entity)
            (self.lines,) = connection.execute(f"select count(*) from {identifier(self._table)}").fetchone()
            cursor = connection.execute(f"select * from {identifier(self._table)}")
            first = 1
            while rows := cursor.fetchmany(ROWS_PER_BLOCK):
                yield self._block(rows, first)
                first += len(rows)

    def _block(self, rows: Sequence[tuple[Any, ...]], first: int) -> Block:
        columns = [_texts(values) for values in zip(*rows, strict=True)]
        bad = {row for _, faulty in columns for row in faulty}
        kept = [row for row in range(len(rows)) if row not in bad]
        arrays = [trimmed(array.take(pa.array(kept, pa.int64())) if bad else array) for array, _ in columns]
        known, unknown = split_columns(self._names, arrays, self._entity)
        faults = [self._fault(first + row, row, columns, rows[row]) for row in sorted(bad)]
        lines = np.array([first + row for row in kept], dtype=np.int64)
        return Block(
            known, lines, lambda row: self._original(rows[kept[row]]), unknown=unknown, faults=faults
        )

    def _fault(
        self, line: int, row: int, columns: Sequence[tuple[pa.Array, set[int]]], cells: Sequence[Any]
    ) -> RowFault:
        faulty = (name for name, (_, places) in zip(self._names, columns, strict=True) if row in places)
        name = next(faulty)
        return RowFault(line, "E_CELL_BYTES", self._original(cells), name, {"column": name})

    def _original(self, row: Sequence[Any]) -> str:
        texts = {name: _text(value) or "" for name, value in zip(self._names, row, strict=True)}
        return values_text(texts, self._entity)


def _texts(values: Sequence[Any]) -> tuple[pa.Array, set[int]]:
    """A column as text, and the places of values that are none."""
    try:
        texts = pa.array(values, pa.binary()).cast(pa.string()).fill_null("")
        if not pc.any(pc.match_substring(texts, "\0")).as_py():
            return texts, set()
    except (pa.ArrowException, TypeError):
        pass  # not all of it is text
    found = [_text(value) for value in values]
    return pa.array([text or "" for text in found], pa.string()), {
        place for place, text in enumerate(found) if text is None
    }


def _text(value: Any) -> str | None:
    """The text of a value, None where bytes are none."""
    if value is None:
        return ""
    if not isinstance(value, bytes):
        return cell_text(value)
    try:
        return None if b"\0" in value else value.decode("utf-8")
    except UnicodeDecodeError:
        return None
