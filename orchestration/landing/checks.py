"""One SQL statement per file that brings all columns into normal form and finds each row's first fault."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.landing.blocks import Block
from orchestration.landing.catalogue import Column, Entity
from orchestration.landing.faults import RowFault, shorten
from orchestration.landing.normal_forms import identifier, literal

BLOCK = "landing_block"
CODES = {
    "timestamp": "E_TIMESTAMP",
    "date": "E_DATE",
    "money": "E_MONEY",
    "number": "E_NUMBER",
    "int": "E_INT",
    "bool": "E_BOOL",
    "enum": "E_ENUM",
}


@dataclass(frozen=True)
class Stamp:
    """What every row of a file carries besides its columns; landed_at is in the business time zone."""

    file_sha256: str
    load_seq: int
    landed_at: str


class RowChecks:
    """The checks of one file's rows.

    Args:
        entity: What the rows are.
        names: The entity's columns that the file has.
        unknown: Its other columns.
        has_extra: The block brings its extra JSON itself.
        zone: Business time zone.
        latest_event: A row whose R1 event is later is rejected (normal form of a timestamp).
    """

    def __init__(
        self,
        entity: Entity,
        names: tuple[str, ...],
        unknown: tuple[str, ...],
        has_extra: bool,
        zone: str,
        latest_event: str,
    ) -> None:
        self._entity = entity
        self._zone = zone
        self._latest_event = latest_event
        self._present = [column for column in entity.columns if column.name in names]
        self._labels = {column.name: f"c{number}" for number, column in enumerate(entity.columns)}
        self._unknown_labels = {name: f"x{number}" for number, name in enumerate(unknown)}
        self._has_extra = has_extra
        self._checked = self._checked_sql()

    def register(
        self, connection: duckdb.DuckDBPyConnection, block: Block, keys: dict[str, pa.Array]
    ) -> None:
        """Show `block` to the database, with the vault keys of its personal columns."""
        arrays: dict[str, pa.Array] = {"line": pa.array(block.lines)}
        arrays["position"] = pa.array(range(len(block.lines)), pa.int64())
        for column in self._present:
            arrays[self._labels[column.name]] = block.known[column.name]
        for name, label in self._unknown_labels.items():
            arrays[label] = block.unknown[name]
        for name, key in keys.items():
            arrays[f"key_{self._labels[name]}"] = key
        if block.extra is not None:
            arrays["extra"] = block.extra
        connection.register(BLOCK, pa.table(arrays))

    def insert(self, connection: duckdb.DuckDBPyConnection, stamp: Stamp) -> int:
        """Put the sound rows of the registered block into raw; return how many they are."""
        values = [f"v_{self._labels[column.name]}" for column in self._entity.columns if column.raw_name]
        statement = f"""
            insert into raw.{identifier(self._entity.table)}
            select {", ".join(values)}, extra, {literal(self._entity.system)}, {literal(stamp.file_sha256)},
                line, {stamp.load_seq}, timestamp {literal(stamp.landed_at)}
            from ({self._checked}) where fault is null"""
        return _one_int(connection.execute(statement))

    def contacts(self, connection: duckdb.DuckDBPyConnection) -> pa.Table:
        """Owner's id, personal columns and line of the sound rows that have any."""
        owner = self._labels[self._entity.key[0]]
        personal = [column for column in self._entity.contacts if column in self._present]
        given = [f"given_{self._labels[column.name]} as {column.name}" for column in personal]
        some = " or ".join(f"given_{self._labels[column.name]} is not null" for column in personal)
        return connection.execute(
            f"select v_{owner} as member_id, {', '.join(given)}, line"
            f" from ({self._checked}) where fault is null and ({some})"
        ).to_arrow_table()

    def faults(self, connection: duckdb.DuckDBPyConnection, block: Block) -> Iterator[RowFault]:
        """The registered block's rows that are not let in, each with its first column at fault."""
        columns = {self._labels[column.name]: column for column in self._entity.columns}
        given = ", ".join(f"given_{label}" for label in columns)
        rows = connection.execute(
            f"select position, line, fault, {given} from ({self._checked})"
            " where fault is not null order by position"
        ).fetchall()
        for position, line, fault, *values in rows:
            label, code = fault.split(" ")
            column = columns[label]
            value = dict(zip(columns, values, strict=True))[label]
            params = self._params(column, code, value)
            yield RowFault(line, code, block.original(position), column.name, params)

    def _params(self, column: Column, code: str, value: str | None) -> dict[str, Any]:
        params: dict[str, Any] = {"column": column.name}
        if code != "E_REQUIRED":
            params["value"] = shorten(value or "")
        if code == "E_ENUM":
            params["values"] = ", ".join(column.values)
        if code == "E_FUTURE":
            params["latest"] = self._latest_event
        return params

    def _checked_sql(self) -> str:
        """The block's rows with `given_c`, `v_c` for each column, `extra`, `line`, `position` and `fault`."""
        given, normal = [], []
        for column in self._entity.columns:
            label = self._labels[column.name]
            is_present = column in self._present
            given.append(f"nullif({label if is_present else 'null::varchar'}, '') as given_{label}")
            normal.append(f"{self._normal(column) if is_present else 'null::varchar'} as v_{label}")
        keys = [
            f"key_{self._labels[c.name]}"
            for c in self._entity.contacts
            if c.contact == "keyed" and c in self._present
        ]
        passed = ", ".join(["line", "position", *keys])
        return f"""
            select *, {self._fault_sql()} as fault
            from (
                select *, {", ".join(normal)}
                from (select {passed}, {self._extra_sql()} as extra, {", ".join(given)} from {BLOCK})
            )"""

    def _normal(self, column: Column) -> str:
        given = f"given_{self._labels[column.name]}"
        if column.contact == "keyed":
            return f"key_{self._labels[column.name]}"
        if column.type in ("id", "text"):
            return given
        if column.type == "enum":
            return f"case when {given} in ({', '.join(map(literal, column.values))}) then {given} end"
        zone = f", {literal(self._zone)}" if column.type == "timestamp" else ""
        return f"normal_{column.type}({given}{zone})"

    def _fault_sql(self) -> str:
        branches = []
        for column in self._entity.columns:
            label = self._labels[column.name]
            if column.required:
                branches.append(f"when given_{label} is null then '{label} E_REQUIRED'")
            if column not in self._present:
                continue
            if column.type == "id":
                branches.append(f"when is_destroyed_id(given_{label}) then '{label} E_ID_DESTROYED'")
            if column.type in CODES:
                branches.append(
                    f"when given_{label} is not null and v_{label} is null"
                    f" then '{label} {CODES[column.type]}'"
                )
            branches.extend(self._future_branch(column, label))
        return f"case {' '.join(branches)} end"

    def _future_branch(self, column: Column, label: str) -> Iterator[str]:
        event = self._entity.event_time
        if event is None or event.column != column.name:
            return
        unless = "".join(f" and v_{self._labels[name]} <> {literal(value)}" for name, value in event.unless)
        yield f"when v_{label} > {literal(self._latest_event)}{unless} then '{label} E_FUTURE'"

    def _extra_sql(self) -> str:
        if self._has_extra:
            return "extra"
        if not self._unknown_labels:
            return "null::varchar"
        pairs = [
            literal(json.dumps(name, ensure_ascii=False) + ": ")
            + f" || cast(to_json(nullif({label}, '')) as varchar)"
            for name, label in self._unknown_labels.items()
        ]
        return f"'{{' || nullif(concat_ws(', ', {', '.join(pairs)}), '') || '}}'"


def _one_int(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.fetchone()
    return int(row[0]) if row else 0
