"""The sha256 of inbox files; one that has not changed since is not read again."""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb

from orchestration.landing.inbox import FileState, state_of
from orchestration.landing.ledger import transaction

READ_BYTES = 1 << 20


class StillWritten(Exception):
    """The file changed while it was read."""


def remembered_digest(connection: duckdb.DuckDBPyConnection, path: Path) -> str | None:
    """The digest of a file that by size and modification time is the one last read."""
    state = state_of(path)
    if state is None or state.is_young:
        return None
    row = connection.execute(
        "select file_sha256 from raw.inbox_files where path = ? and size_bytes = ? and mtime_ns = ?",
        [_stored(path), state.size_bytes, state.mtime_ns],
    ).fetchone()
    return str(row[0]) if row else None


def _stored(path: Path) -> str:
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def digest(connection: duckdb.DuckDBPyConnection, path: Path, state: FileState) -> str:
    """Read the file and remember its digest.

    Raises:
        StillWritten: it is not as `state` says any more.
    """
    hashing = hashlib.sha256()
    with path.open("rb") as content:
        while chunk := content.read(READ_BYTES):
            hashing.update(chunk)
    if state_of(path) != state:
        raise StillWritten
    # A file this young may still change within one tick of its clock: it is read again next time.
    if not state.is_young:
        row = [_stored(path), state.size_bytes, state.mtime_ns, hashing.hexdigest()]
        with transaction(connection):
            connection.execute("delete from raw.inbox_files where path = ?", row[:1])
            connection.execute("insert into raw.inbox_files values (?, ?, ?, ?)", row)
    return hashing.hexdigest()
