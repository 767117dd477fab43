"""The one way from Superset to the published file: locked, read-only, and stopped when its time is up."""

from __future__ import annotations

import threading
from typing import Any

import duckdb

from orchestration.messages import say
from orchestration.serving.lockdown import lockdown
from orchestration.serving.statements import StatementRefused, check_statement
from orchestration.superset.room import Room, Start


class Reader:
    """A DuckDB connection that answers what `shequn sql` would; all else is DuckDB's own."""

    def __init__(self, room: Room, start: Start) -> None:
        self._start = start
        self._connection = duckdb.connect(start.published, read_only=True)
        (is_locked,) = self._connection.execute(
            "select current_setting('lock_configuration')"
        ).fetchone() or (0,)
        if not is_locked:  # another connection of this process to the same version has done it
            for statement in lockdown(start.memory_bytes, room.spill):
                self._connection.execute(statement)
        self._clock: threading.Timer | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, sql: str, parameters: Any = None) -> duckdb.DuckDBPyConnection:
        """Run one reading statement.

        Raises:
            duckdb.PermissionException: it does not only read, or leaves the published tables.
            duckdb.InterruptException: its time is up.
            duckdb.Error: as DuckDB says.
        """
        try:
            check_statement(self._connection, sql)
        except StatementRefused as refusal:
            raise duckdb.PermissionException(self._say(*refusal.args)) from None
        self._stop_clock()
        self._clock = threading.Timer(self._start.timeout, self._connection.interrupt)
        self._clock.daemon = True
        self._clock.start()
        try:
            return self._connection.execute(sql, parameters)
        except duckdb.InterruptException:
            raise duckdb.InterruptException(self._say("timeout", f"{self._start.timeout:g}")) from None
        except duckdb.PermissionException as error:
            raise duckdb.PermissionException(self._say("no_files", str(error).partition("\n")[0])) from None

    def close(self) -> None:
        """End it; the next connection sees the newest version."""
        self._stop_clock()
        self._connection.close()

    def _say(self, key: str, what: str) -> str:
        return say(f"serving.{key}", self._start.lang, what=what, seconds=what)

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
