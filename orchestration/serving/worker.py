"""One read-only query in a process of its own: request on stdin, JSON lines on stdout.

The first line is `{"columns": [...], "types": [...]}`, then lines of `{"rows": [...]}`, then
`{"done": n}`; or `{"error": code, ...}`. A process that ends without `done` or `error` has crashed.
"""

from __future__ import annotations

import json
import os
import re
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import duckdb

from orchestration.serving.lockdown import lockdown

CHUNK_ROWS = 1000

# Table functions that neither leave the published file nor change the instance. Others read files or write
# profiles, and enable_logging(storage='file') breaks the locked instance for good.
TABLE_FUNCTIONS = {
    "duckdb_columns",
    "duckdb_functions",
    "duckdb_schemas",
    "duckdb_tables",
    "duckdb_types",
    "duckdb_views",
    "generate_series",
    "histogram",
    "histogram_values",
    "json_each",
    "json_tree",
    "pragma_table_info",
    "range",
    "repeat",
    "summary",
    "unnest",
}
REFUSED_FUNCTIONS = {"write_log"}
_EXPLAIN = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/)*explain\s+(?:analyze\s+)?(?:\([^()]*\)\s*)?", re.IGNORECASE | re.DOTALL
)
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
    except QueryRefused as refusal:
        _write({"error": refusal.args[0], "what": refusal.args[1]})
    except duckdb.PermissionException as error:
        _write({"error": "no_files", "what": str(error).partition("\n")[0]})
    except duckdb.Error as error:
        _write({"error": "failed", "what": str(error)})
    return 0


class QueryRefused(Exception):
    """A statement that is not let through: (code, what was found)."""


def _locked_connection(request: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    threads = str(min(2, os.cpu_count() or 1))
    connection = duckdb.connect(request["database"], read_only=True, config={"threads": threads})
    for statement in lockdown(request["memory_bytes"], request["temp_directory"]):
        connection.execute(statement)
    return connection


def _answer(
    connection: duckdb.DuckDBPyConnection, sql: str, max_rows: int | None
) -> Iterator[dict[str, Any]]:
    _check(connection, sql)
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


def _check(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """One statement, reading only, of functions that stay within the published file."""
    statements = connection.extract_statements(sql)
    if len(statements) == 2 and re.match(r"\s*pivot\b", sql, re.IGNORECASE):
        raise QueryRefused("pivot", "")
    if len(statements) != 1:
        raise QueryRefused("one_statement", str(len(statements)))
    kind = statements[0].type.name
    if kind == "EXPLAIN" and (prefix := _EXPLAIN.match(statements[0].query)):
        _check(connection, statements[0].query[prefix.end() :])
        return
    if kind != "SELECT":
        raise QueryRefused("read_only", kind if kind != "???" else sql.split()[0].upper())
    (text,) = connection.execute("select json_serialize_sql($1::varchar)", [sql]).fetchone() or ("",)
    tree = json.loads(text)
    if tree["error"]:  # DuckDB counts some pragmas among selects, but has no tree of them
        raise QueryRefused("read_only", "PRAGMA")
    for node in _nodes(tree):
        name = node.get("function_name")
        if name in REFUSED_FUNCTIONS:
            raise QueryRefused("blocked", name)
        if node.get("type") == "TABLE_FUNCTION" and node["function"]["function_name"] not in TABLE_FUNCTIONS:
            raise QueryRefused("blocked", node["function"]["function_name"])


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every object of a parsed statement."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


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
