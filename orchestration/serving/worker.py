"""One read-only query in a process of its own: request on stdin, JSON lines on stdout.

The first line is `{"columns": [...], "types": [...]}`, then lines of `{"rows": [...]}`, then
`{"done": n}`; or `{"error": code, ...}`. A process that ends without `done` or `error` has crashed.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import duckdb

from orchestration.serving.lockdown import lockdown
from orchestration.serving.statements import StatementRefused, check_statement

CHUNK_ROWS = 1000

# What the process itself takes beside DuckDB's memory: libraries, stacks, a chunk of rows on its way out.
OWN_BYTES = 2 << 30


def main() -> int:
    """Answer the one request on stdin."""
    request = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (request["memory_bytes"] + OWN_BYTES,) * 2)
    try:
        connection = _locked_connection(request)
        for line in _answer(connection, request["sql"], request["max_rows"]):
            _write(line)
    except StatementRefused as refusal:
        _write({"error": refusal.args[0], "what": refusal.args[1]})
    except duckdb.PermissionException as error:
        _write({"error": "no_files", "what": str(error).partition("\n")[0]})
    except duckdb.Error as error:
        _write({"error": "failed", "what": str(error)})
    return 0


def _locked_connection(request: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    threads = str(min(2, os.cpu_count() or 1))
    connection = duckdb.connect(request["database"], read_only=True, config={"threads": threads})
    for statement in lockdown(request["memory_bytes"], request["temp_directory"]):
        connection.execute(statement)
    return connection


def _answer(
    connection: duckdb.DuckDBPyConnection, sql: str, max_rows: int | None
) -> Iterator[dict[str, Any]]:
    check_statement(connection, sql)
    cursor = connection.execute(sql)
    description = cursor.description or []
    yield {
        "columns": [column[0] for column in description],
        "types": [str(column[1]) for column in description],
    }
    sent = 0
    while max_rows is None or sent < max_rows:
        size = CHUNK_ROWS if max_rows is None else min(CHUNK_ROWS, max_rows - sent)
        rows = cursor.fetchmany(size)
        if not rows:
            break
        sent += len(rows)
        yield {"rows": [[_plain(value) for value in row] for row in rows]}
    yield {"done": sent, "more": max_rows is not None and sent == max_rows and cursor.fetchone() is not None}


def _plain(value: Any) -> Any:
    """`value` as JSON carries it; exact numbers and moments become text, the column's type tells which."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _write(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
