"""Which statements only read the published tables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import duckdb

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


class StatementRefused(Exception):
    """A statement that is not let through: (code, what was found)."""


def check_statement(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """See that `sql` is one statement, reading only, of functions that stay within the published file.

    Raises:
        StatementRefused: it is not; its arguments are the code of the message `serving.<code>` and a `what`.
        duckdb.Error: it is no SQL.
    """
    statements = connection.extract_statements(sql)
    if len(statements) == 2 and re.match(r"\s*pivot\b", sql, re.IGNORECASE):
        raise StatementRefused("pivot", "")
    if len(statements) != 1:
        raise StatementRefused("one_statement", str(len(statements)))
    kind = statements[0].type.name
    if kind == "EXPLAIN" and (prefix := _EXPLAIN.match(statements[0].query)):
        check_statement(connection, statements[0].query[prefix.end() :])
        return
    if kind != "SELECT":
        raise StatementRefused("read_only", kind if kind != "???" else sql.split()[0].upper())
    (text,) = connection.execute("select json_serialize_sql($1::varchar)", [sql]).fetchone() or ("",)
    tree = json.loads(text)
    if tree["error"]:  # DuckDB counts some pragmas among selects, but has no tree of them
        raise StatementRefused("read_only", "PRAGMA")
    for node in _nodes(tree):
        name = node.get("function_name")
        if name in REFUSED_FUNCTIONS:
            raise StatementRefused("blocked", name)
        if node.get("type") == "TABLE_FUNCTION" and node["function"]["function_name"] not in TABLE_FUNCTIONS:
            raise StatementRefused("blocked", node["function"]["function_name"])


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
