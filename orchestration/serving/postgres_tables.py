"""What a published table is in PostgreSQL: types, keys, indexes and comments."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
from psycopg import sql

from orchestration.serving.cells import quoted
from orchestration.serving.tables import Said, said_of_tables

_TYPES = {
    "VARCHAR": "text",
    "DOUBLE": "double precision",
    "FLOAT": "real",
    "BIGINT": "bigint",
    "INTEGER": "integer",
    "SMALLINT": "smallint",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIME": "time",
    "TIMESTAMP": "timestamp",
}
# Whose rows people ask for, beside the keys.
_ASKED_BY = ("member_id", "group_id", "order_id")


@dataclass(frozen=True)
class ServedTable:
    """A published table on its way into PostgreSQL.

    Attributes:
        schema: "marts" or "core".
        name: Its name.
        kinds: DuckDB's type of each column, in order.
        said: What its model says of it.
        rows: How many there are.
        key: The columns of the primary key; none where one of them is unknown in some row.
        checksum: Changes with the rows, the columns and what is said of them.
    """

    schema: str
    name: str
    kinds: dict[str, str]
    said: Said
    rows: int
    key: tuple[str, ...]
    checksum: str

    @property
    def full_name(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def query(self) -> str:
        """What DuckDB reads: sorted by a key of several columns, which PostgreSQL is slower at."""
        columns = (
            quoted(name)
            if _postgres_type(kind) != "text"
            else f"cast({quoted(name)} as varchar) as {quoted(name)}"
            for name, kind in self.kinds.items()
        )
        order = f" order by {', '.join(map(quoted, self.key))}" if len(self.key) > 1 else ""
        return f"select {', '.join(columns)} from {self.full_name}{order}"

    def statements(self, schema: str) -> tuple[sql.Composed, list[sql.Composed]]:
        """What makes the table in a schema, and what completes it when its rows are there."""
        place = sql.Identifier(schema, self.name)
        columns = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(self._type(name))) for name in self.kinds
        )
        after = [
            sql.SQL("create index on {} using {} ({})").format(place, method, sql.Identifier(column))
            for column, method in self._indexes()
        ]
        if self.key:
            key = sql.SQL(", ").join(map(sql.Identifier, self.key))
            after.append(sql.SQL("alter table {} add primary key ({})").format(place, key))
        comment = sql.Literal(_comment(self.said.label_zh, self.said.description))
        after.append(sql.SQL("comment on table {} is {}").format(place, comment))
        for name in self.kinds:
            words = _comment(self.said.labels.get(name), self.said.descriptions.get(name, ""))
            column = sql.Identifier(schema, self.name, name)
            after.append(sql.SQL("comment on column {} is {}").format(column, sql.Literal(words)))
        after.append(sql.SQL("analyze {}").format(place))
        return sql.SQL("create table {} ({})").format(place, columns), after

    def _type(self, column: str) -> str:
        """PostgreSQL's type; ids sort by their bytes, as in DuckDB: indexes are built faster so.

        That a key is known is said before there are rows, for afterwards all would be read to see it.
        """
        kind = _postgres_type(self.kinds[column])
        if kind == "text" and column in (*self.key, *_ASKED_BY):
            kind += ' collate "C"'
        return f"{kind} not null" if column in self.key else kind

    def _indexes(self) -> list[tuple[str, sql.SQL]]:
        first = self.key[:1]
        found = [(name, sql.SQL("btree")) for name in _ASKED_BY if name in self.kinds and (name,) != first]
        dated = self.said.dated_by
        if dated in self.kinds and len(self.key) == 1:
            # Unsorted rows lie about in the order of time, so a small index over ranges of them does.
            found.append((dated, sql.SQL("brin")))
        return found


def describe_tables(connection: duckdb.DuckDBPyConnection, schemas: Sequence[str]) -> list[ServedTable]:
    """Every table of these schemas, counted and summed up."""
    kinds: dict[tuple[str, str], dict[str, str]] = {}
    for schema, name, column, kind in connection.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns()"
        " where schema_name in (select unnest($1::varchar[])) order by schema_name, table_name, column_index",
        [list(schemas)],
    ).fetchall():
        kinds.setdefault((schema, name), {})[column] = kind
    said = said_of_tables()
    return [
        _describe(connection, *place, columns, said.get(place[1], Said())) for place, columns in kinds.items()
    ]


def _describe(
    connection: duckdb.DuckDBPyConnection, schema: str, name: str, kinds: dict[str, str], said: Said
) -> ServedTable:
    """Count a table, see whether its grain may be a key, and sum its rows up whatever their order."""
    grain = said.grain if set(said.grain) <= set(kinds) else ()
    unknown = " or ".join(f"{quoted(column)} is null" for column in grain) or "true"
    counted = connection.execute(
        f"select count(*), count(*) filter ({unknown}), bit_xor(hash(every)), sum(hash(every)::hugeint)"
        f" from {quoted(schema)}.{quoted(name)} as every"
    ).fetchone()
    rows, without_key, *sums = counted or (0, 0)
    key = () if without_key else grain
    told = [kinds, key, said.label_zh, said.description, dict(said.labels), dict(said.descriptions)]
    content = json.dumps([told, said.dated_by, rows, sums], ensure_ascii=False)
    return ServedTable(schema, name, kinds, said, rows, key, hashlib.sha256(content.encode()).hexdigest())


def _postgres_type(kind: str) -> str:
    return kind.replace("DECIMAL", "numeric") if kind.startswith("DECIMAL") else _TYPES.get(kind, "text")


def _comment(label: str | None, description: str) -> str:
    return "：".join(part for part in (label, description) if part)
