"""What stands in a database file: tables, columns, row counts. Expectations are made from it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb


@dataclass(frozen=True)
class Table:
    """A table as the file has it.

    Attributes:
        columns: Name and DuckDB type of each column, in order.
        rows: Exact count.
    """

    schema: str
    name: str
    columns: dict[str, str]
    rows: int

    @property
    def label(self) -> str:
        return f"{self.schema}.{self.name}"

    def text_columns(self) -> list[str]:
        """Columns that hold text."""
        return [name for name, kind in self.columns.items() if kind == "VARCHAR"]


def read_tables(database: Path, since: int | None = None) -> dict[str, Table]:
    """Every table of a file that nobody is writing to, by `<schema>.<table>`.

    Args:
        database: The file.
        since: Of tables that say with which landing a row came, count the rows that came later than this one.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        columns = connection.execute(
            "select schema_name, table_name, column_name, data_type from duckdb_columns()"
            " where not internal and database_name = current_database() order by all"
        ).fetchall()
        names = connection.execute(
            "select schema_name, table_name from duckdb_tables()"
            " where not internal and database_name = current_database() order by all"
        ).fetchall()
        tables = {}
        for schema, name in names:
            kinds = {column: kind for at, of, column, kind in columns if (at, of) == (schema, name)}
            is_new = f" where load_seq > {since}" if since is not None and "load_seq" in kinds else ""
            counted = connection.execute(f'select count(*) from "{schema}"."{name}"{is_new}').fetchone()
            tables[f"{schema}.{name}"] = Table(schema, name, kinds, counted[0] if counted else 0)
    return tables
