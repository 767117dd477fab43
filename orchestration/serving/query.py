"""Read-only SQL on the published version, each query in a process that is thrown away."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from orchestration.child import child_command
from orchestration.errors import EXIT_FAILURE, EXIT_USAGE, ShequnError
from orchestration.memory import memory_bytes
from orchestration.settings import PROJECT_DIR, Settings

DEFAULT_MEMORY = "1GB"
DEFAULT_TIMEOUT_SECONDS = 60.0


@dataclass
class QueryStream:
    """An open query.

    Attributes:
        columns: Names, in order.
        types: DuckDB's type of each column.
        rows: The rows as they come; may be read once.
        more: Whether rows were left out by `max_rows`; known after the last row.
    """

    columns: list[str]
    types: list[str]
    rows: Iterator[list[Any]]
    more: bool = False


@dataclass(frozen=True)
class QueryResult:
    """All of a query's answer; exact numbers and moments are text, see `types`."""

    columns: list[str]
    types: list[str]
    rows: list[list[Any]]
    more: bool = False


def run_query(
    settings: Settings,
    sql: str,
    memory_limit: str = DEFAULT_MEMORY,
    timeout: float = DEFAULT_TIMEOUT_SECONDS,
    max_rows: int | None = None,
) -> QueryResult:
    """The whole answer to `sql`; arguments and errors as in `open_query`."""
    with open_query(settings, sql, memory_limit, timeout, max_rows) as stream:
        rows = list(stream.rows)
        return QueryResult(stream.columns, stream.types, rows, stream.more)


@contextmanager
def open_query(
    settings: Settings,
    sql: str,
    memory_limit: str = DEFAULT_MEMORY,
    timeout: float = DEFAULT_TIMEOUT_SECONDS,
    max_rows: int | None = None,
) -> Iterator[QueryStream]:
    """Run `sql` on the published version; schemas `marts` and `core` need no prefix.

    Args:
        settings: Names the published version.
        sql: One reading statement.
        memory_limit: DuckDB's memory (and as much again on disk), such as "1GB"; what the process
            itself takes, 2 GiB at most, comes on top.
        timeout: Seconds of wall clock after which the query's process is killed.
        max_rows: Rows to hand out at most; None for all.

    Raises:
        ShequnError: No published version or a bad limit (exit 2), a statement that does not only
            read (2), an error in the SQL (2), the time is up or the process died (1).
    """
    if not settings.published_db.exists():
        raise ShequnError("serving.no_version", EXIT_USAGE, path=settings.published_dir)
    if not sql.strip(" \t\r\n;"):
        raise ShequnError("serving.one_statement", EXIT_USAGE, what=0)
    memory = memory_bytes(memory_limit)
    with tempfile.TemporaryDirectory(prefix="shequn-sql-") as spill:
        request = {
            "database": str(settings.published_db.resolve()),
            "sql": sql,
            "memory_bytes": memory,
            "temp_directory": spill,
            "max_rows": max_rows,
        }
        process = _start_worker()
        watchdog = _Watchdog(process, timeout)
        try:
            yield _converse(process, request, watchdog)
        finally:
            watchdog.stop()
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()


def _start_worker() -> subprocess.Popen[str]:
    """A worker that inherits nothing but what Python needs to start."""
    kept = ("PATH", "LD_LIBRARY_PATH", "HOME", "LANG", "LC_ALL", "TZ")
    return subprocess.Popen(
        child_command("orchestration.serving.worker"),
        cwd=PROJECT_DIR,
        env={name: os.environ[name] for name in kept if name in os.environ} | {"PYTHONUTF8": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        start_new_session=True,
    )


class _Watchdog:
    """Kills the worker when its time is up, and remembers that it did."""

    def __init__(self, process: subprocess.Popen[str], timeout: float) -> None:
        self.timeout = timeout
        self.fired = False
        self._process = process
        self._timer = threading.Timer(timeout, self._fire)
        self._timer.daemon = True
        self._timer.start()

    def _fire(self) -> None:
        self.fired = True
        self._process.kill()

    def stop(self) -> None:
        self._timer.cancel()


def _converse(process: subprocess.Popen[str], request: dict[str, Any], watchdog: _Watchdog) -> QueryStream:
    assert process.stdin is not None
    try:
        json.dump(request, process.stdin)
        process.stdin.close()
    except BrokenPipeError:
        raise _death(watchdog) from None
    head = _next_line(process, watchdog)
    stream = QueryStream(head["columns"], head["types"], iter(()))
    stream.rows = _rows(process, watchdog, stream)
    return stream


def _rows(process: subprocess.Popen[str], watchdog: _Watchdog, stream: QueryStream) -> Iterator[list[Any]]:
    while True:
        line = _next_line(process, watchdog)
        if "done" in line:
            stream.more = bool(line["more"])
            return
        yield from line["rows"]


def _next_line(process: subprocess.Popen[str], watchdog: _Watchdog) -> dict[str, Any]:
    assert process.stdout is not None
    text = process.stdout.readline()
    if not text.endswith("\n"):
        raise _death(watchdog)
    line: dict[str, Any] = json.loads(text)
    if "error" in line:
        raise ShequnError(f"serving.{line['error']}", EXIT_USAGE, what=line["what"])
    return line


def _death(watchdog: _Watchdog) -> ShequnError:
    if watchdog.fired:
        return ShequnError("serving.timeout", EXIT_FAILURE, seconds=f"{watchdog.timeout:g}")
    return ShequnError("serving.died", EXIT_FAILURE)
