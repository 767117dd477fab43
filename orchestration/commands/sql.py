"""`shequn sql`: one reading statement on the published version."""

from __future__ import annotations

import sys
from typing import Any

from orchestration.commands.console import number, output, print_rows
from orchestration.commands.frame import Context
from orchestration.errors import EXIT_OK
from orchestration.messages import say
from orchestration.serving.formats import plain_text, write_csv, write_json
from orchestration.serving.query import open_query
from orchestration.settings import Settings

TABLE_ROWS = 1000
NUMBER_TYPES = ("DECIMAL", "DOUBLE", "FLOAT", "HUGEINT", "BIGINT", "INTEGER", "SMALLINT", "TINYINT", "U")


def sql_command(
    context: Context, settings: Settings, sql: str, form: str, timeout: float, memory: str
) -> int:
    """Print the answer to one reading statement."""
    max_rows = TABLE_ROWS if form == "table" else None
    with open_query(settings, sql, memory, timeout, max_rows) as stream:
        if form == "csv":
            write_csv(sys.stdout, stream.columns, stream.types, stream.rows)
        elif form == "json":
            write_json(sys.stdout, stream)
        else:
            rows = [[table_cell(value) for value in row] for row in stream.rows]
            numbers = [is_number(kind) for kind in stream.types]
            print_rows(output(), stream.columns, numbers, rows)
            key = "cli.first_rows" if stream.more else "cli.rows"
            output().print(say(key, context.lang, rows=number(len(rows))), style="dim")
    return EXIT_OK


def table_cell(value: Any) -> str:
    """A table's cell: unknown is shown, so that it differs from empty text."""
    return "NULL" if value is None else plain_text(value)


def is_number(kind: str) -> bool:
    """Whether a column of DuckDB's type `kind` holds numbers."""
    return kind.upper().startswith(NUMBER_TYPES) and kind.upper() != "UUID"
