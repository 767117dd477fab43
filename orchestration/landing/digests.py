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


class Digests:
    """Digests by path, size and modification time, kept in the private file between passes."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        rows = connection.execute("select path, size_bytes, mtime_ns, file_sha256 from raw.inbox_files")
        self._known = {
            path: (FileState(size, mtime), sha256) for path, size, mtime, sha256 in rows.fetchall()
        }
        self._new: dict[str, tuple[FileState, str]] = {}

    def remembered(self, path: Path) -> str | None:
        """The digest of a file that by its state is the one last read."""
        name = _stored(path)
        known = self._new.get(name) or self._known.get(name)
        if known is None:
            return None
        state, sha256 = known
        return sha256 if state == state_of(path) and not state.is_young else None

    def of(self, path: Path, state: FileState) -> str:
        """The digest of a file, remembered or read; see `read`."""
        return self.remembered(path) or self.read(path, state)

    def read(self, path: Path, state: FileState) -> str:
        """Read the file.

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
            self._new[_stored(path)] = (state, hashing.hexdigest())
        return hashing.hexdigest()

    def save(self) -> None:
        """Keep what was read; lost where a pass is killed, which costs a second reading alone."""
        if not self._new:
            return
        rows = [[path, state.size_bytes, state.mtime_ns, sha] for path, (state, sha) in self._new.items()]
        with transaction(self._connection):
            self._connection.execute(
                "delete from raw.inbox_files where list_contains(?, path)", [list(self._new)]
            )
            self._connection.executemany("insert into raw.inbox_files values (?, ?, ?, ?)", rows)


def part_sha256(file_sha256: str, part: str) -> str:
    """What stands for the content of one part of a file: the file's digest and the part's name."""
    return hashlib.sha256(f"{file_sha256}#{part}".encode()).hexdigest()


def _stored(path: Path) -> str:
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
