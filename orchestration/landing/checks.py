"""One SQL statement per file that brings all columns into normal form and finds each row's first fault."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.landing.blocks import Block
from orchestration.landing.catalogue import Column, Entity
from orchestration.landing.faults import RowFault, shorten
from orchestration.landing.known_names import KNOWN_NAMES, nearest_names
from orchestration.landing.mobile_numbers import mask_column, mask_phones
from orchestration.landing.normal_forms import identifier, literal, row_key
from orchestration.landing.statements import BLOCK, Statements
from orchestration.landing.vault import KEYED, PHONE_ID, keyed_by

VAULT = "vault_"
CODES = {
    "timestamp": "E_TIMESTAMP",
    "date": "E_DATE",
    "money": "E_MONEY",
    "number": "E_NUMBER",
    "int": "E_INT",
    "bool": "E_BOOL",
    "enum": "E_ENUM",
    "fen": "E_FEN",
    "yuan": "E_YUAN",
    "count": "E_WHOLE",
    "decimal": "E_DECIMAL",
    "share": "E_SHARE",
    "percent": "E_PERCENT",
    "moment": "E_MOMENT",
    "day": "E_DAY",
    "minutes": "E_DURATION",
    "seconds": "E_DURATION",
    "flag": "E_FLAG",
    "phone": "E_PHONE",
}
AS_WRITTEN = ("id", "text", "json")
ZONED = ("timestamp", "moment", "day")
# Types with a macro `plain_<type>`.
WITH_PLAIN_FORM = frozenset(
    (
        "timestamp",
        "fen",
        "yuan",
        "count",
        "decimal",
        "share",
        "percent",
        "moment",
        "day",
        "minutes",
        "seconds",
    )
)
UNKNOWN = {True: "E_UNKNOWN_SCOPE", False: "E_UNKNOWN_METRIC"}


@dataclass(frozen=True)
class Stamp:
    """What every row of a file carries besides its columns; landed_at is in the business time zone."""

    file_sha256: str
    load_seq: int
    landed_at: str


@dataclass(frozen=True)
class CheckedBlock:
    """A block's rows after the checks.

    Attributes:
        rows: Sound rows: raw columns in normal form, extra, line, personal columns as `vault_<name>`.
        faults: The others.
    """

    entity: Entity
    rows: pa.Table
    faults: tuple[RowFault, ...]

    def insert(self, connection: duckdb.DuckDBPyConnection, stamp: Stamp) -> None:
        """Put the sound rows into raw."""
        landing_block = self.rows  # noqa: F841 (named in the statement)
        columns = ", ".join(map(identifier, self.entity.raw_names))
        connection.execute(
            f"insert into raw.{identifier(self.entity.table)}"
            f" ({columns}, extra, system, file_sha256, line, load_seq, landed_at)"
            f" select {columns}, extra, ?, ?, line, ?, ? from {BLOCK}",
            [self.entity.system, stamp.file_sha256, stamp.load_seq, stamp.landed_at],
        )

    @property
    def contacts(self) -> pa.Table:
        """Owner's id, personal columns and line of the sound rows that have any."""
        names = [column.name for column in self.entity.contacts]
        (owner,) = (column.raw_name for column in self.entity.columns if column.name == self.entity.owner)
        table = pa.table(
            {"member_id": self.rows[owner], "line": self.rows["line"]}
            | {name: self.rows[VAULT + name] for name in names}
        )
        known = [pc.is_valid(table[name]) for name in names]
        return table.filter(functools.reduce(pc.or_, known))


class RowChecks:
    """The checks of one file's rows.

    A type's values are taken for plain ones until a row is at fault for them.

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
        self._plain = WITH_PLAIN_FORM
        self._statement = self._checked_sql()

    def check(self, statements: Statements, block: Block, keys: dict[str, pa.Array]) -> CheckedBlock:
        """Normal forms and faults of a block's rows.

        Args:
            statements: Of a database with the macros of `normal_forms`.
            block: The rows.
            keys: Vault keys of the personal columns that leave one in raw.
        """
        arrays: dict[str, pa.Array] = {"line": pa.array(block.lines)}
        for column in self._present:
            arrays[self._labels[column.name]] = block.known[column.name]
        for name, label in self._unknown_labels.items():
            arrays[label] = block.unknown[name]
        for name, key in keys.items():
            arrays[f"key_{self._labels[name]}"] = key
        if block.extra is not None:
            arrays["extra"] = block.extra
        table = pa.table(arrays)
        rows = statements.run(self._statement, table)
        while unsure := self._unsure(rows["fault"]):
            self._plain -= unsure
            self._statement = self._checked_sql()
            rows = statements.run(self._statement, table)
        place = rows.schema.get_field_index("extra")
        rows = rows.set_column(place, "extra", mask_column(rows["extra"]))
        faults = tuple(self._faults(statements, block, rows))
        return CheckedBlock(
            self._entity, rows if not faults else rows.filter(pc.is_null(rows["fault"])), faults
        )

    def _unsure(self, faults: pa.ChunkedArray) -> set[str]:
        """Types that a row is at fault for, though the value may be one of those that are not plain."""
        if faults.null_count == len(faults):
            return set()
        found = set(pc.unique(faults).to_pylist())
        return {
            column.type
            for column in self._present
            if column.type in self._plain and f"{self._labels[column.name]} {CODES[column.type]}" in found
        }

    def _faults(self, statements: Statements, block: Block, rows: pa.Table) -> Iterator[RowFault]:
        if rows["fault"].null_count == rows.num_rows:
            return
        faulty = statements.run(self._keyed_sql(), rows.filter(pc.is_valid(rows["fault"])))
        columns = {self._labels[column.name]: column for column in self._entity.columns}
        for found in faulty.to_pylist():
            line = found["line"]
            label, code = found["fault"].split(" ")
            column = columns[label]
            position = int(np.searchsorted(block.lines, line))
            value = block.known[column.name][position].as_py() if column.name in block.known else None
            params = self._params(column, code, value)
            if code in UNKNOWN.values():
                params |= self._nearest(statements.connection, block, position, column, value)
            key = None if column.name in self._entity.key else found["key"]
            yield RowFault(line, code, block.original(position), column.name, params, key)

    def _params(self, column: Column, code: str, value: str | None) -> dict[str, Any]:
        params: dict[str, Any] = {"column": self._entity.wording(column)}
        if code != "E_REQUIRED":
            shown = shorten(value or "")
            params["value"] = mask_phones(shown) if self._entity.is_recognised else shown
        if code == "E_ENUM":
            params["values"] = ", ".join((*column.values, *(word for word, _ in column.words)))
        if code == "E_FUTURE":
            params["latest"] = self._latest_event
        return params

    def _nearest(
        self,
        connection: duckdb.DuckDBPyConnection,
        block: Block,
        position: int,
        column: Column,
        value: str | None,
    ) -> dict[str, Any]:
        name = self._entity.known[column.name]
        kind = block.known[name.kind_of][position].as_py() if name.kind_of else name.kind
        return {"kind": kind, "known": nearest_names(connection, str(kind), value or "")}

    def _checked_sql(self) -> str:
        """For each row of the block its raw columns, extra, line, fault, and what the vault is to hold."""
        given, normal = [], []
        for column in self._entity.columns:
            label = self._labels[column.name]
            is_present = column in self._present
            given.append(f"{self._given(column) if is_present else 'null::varchar'} as given_{label}")
            normal.append(f"{self._normal(column) if is_present else 'null::varchar'} as v_{label}")
        keys = [
            f"key_{self._labels[c.name]}" for c in self._entity.columns if keyed_by(c) and c in self._present
        ]
        passed = ", ".join(["line", *keys])
        raw = [
            f"v_{self._labels[c.name]} as {identifier(c.raw_name)}"
            for c in self._entity.columns
            if c.raw_name
        ]
        personal = [
            f"given_{self._labels[c.name]} as {identifier(VAULT + c.name)}" for c in self._entity.contacts
        ]
        return f"""
            select {", ".join(raw)}, extra, line, {", ".join([*personal, ""])}{self._fault_sql()} as fault
            from (
                select *, {", ".join(normal)}
                from (select {passed}, {self._extra_sql()} as extra, {", ".join(given)} from {BLOCK})
            )"""

    def _keyed_sql(self) -> str:
        """Rows at fault with what they have in common with others of their key, as far as they have one."""
        needed = [
            f"{identifier(column.raw_name)} is not null"
            for column in self._entity.columns
            if column.required and column.raw_name and column.name in self._entity.key
        ]
        key = f"case when {' and '.join(['true', *needed])} then {row_key(self._entity)} end"
        return f"select line, fault, {key} as key from {BLOCK}"

    def _given(self, column: Column) -> str:
        """The column's text, NULL where it means unknown."""
        label = self._labels[column.name]
        unknown = () if column.name in self._entity.verbatim else self._entity.empty
        is_unknown = _is_one_of(label, ("", *unknown))
        if column.type in ("moment", "day"):
            is_unknown += f" or is_no_moment({label})"
        return f"case when {is_unknown} then null else {label} end"

    def _normal(self, column: Column) -> str:
        given = f"given_{self._labels[column.name]}"
        if column.contact in KEYED:
            return f"key_{self._labels[column.name]}"
        if column.type == "phone":
            return f"{literal(PHONE_ID)} || key_{self._labels[column.name]}"
        if column.type in AS_WRITTEN:
            return given
        if column.type == "enum":
            words = "".join(
                f" when {given} = {literal(word)} then {literal(value)}" for word, value in column.words
            )
            values = ", ".join(map(literal, column.values))
            return f"case when {given} in ({values}) then {given}{words} end"
        zone = f", {literal(self._zone)}" if column.type in ZONED else ""
        form = "plain" if column.type in self._plain else "normal"
        return f"{form}_{column.type}({given}{zone})"

    def _fault_sql(self) -> str:
        branches = []
        for column in self._entity.columns:
            label = self._labels[column.name]
            if column.required:
                branches.append(f"when given_{label} is null then '{label} E_REQUIRED'")
            branches.extend(self._unknown_branch(column, label))
            if column not in self._present:
                continue
            if column.type == "id":
                is_destroyed = f"is_destroyed{'_vendor' * self._entity.is_recognised}_id"
                branches.append(f"when {is_destroyed}(given_{label}) then '{label} E_ID_DESTROYED'")
            if column.type in CODES:
                branches.append(
                    f"when given_{label} is not null and v_{label} is null"
                    f" then '{label} {CODES[column.type]}'"
                )
            branches.extend(self._future_branch(column, label))
            branches.extend(self._first_day_branch(column, label))
        return f"case {' '.join(branches)} end"

    def _future_branch(self, column: Column, label: str) -> Iterator[str]:
        event = self._entity.event_time
        if event is None or column.name not in event.columns:
            return
        unless = "".join(f" and v_{self._labels[name]} <> {literal(value)}" for name, value in event.unless)
        yield f"when v_{label} > {literal(self._latest_event)}{unless} then '{label} E_FUTURE'"

    def _first_day_branch(self, column: Column, label: str) -> Iterator[str]:
        """No period of that kind begins on the day."""
        kind = self._entity.first_day_of.get(column.name)
        if kind is not None:
            first_day = f"cast(date_trunc(v_{self._labels[kind]}, cast(v_{label} as date)) as date)"
            yield f"when v_{label} <> cast({first_day} as varchar) then '{label} E_FIRST_DAY'"

    def _unknown_branch(self, column: Column, label: str) -> Iterator[str]:
        """Nobody knows the name. An empty one names nothing; scope all needs no name (R21)."""
        name = self._entity.known.get(column.name)
        if name is None:
            return
        kind, unless = literal(name.kind or ""), ""
        if name.kind_of:
            kind = f"v_{self._labels[name.kind_of]}"
            unless = f" and {kind} <> 'all'"
        yield (
            f"when (coalesce(v_{label}, ''), {kind}) not in (select (name, kind) from {KNOWN_NAMES}){unless}"
            f" then '{label} {UNKNOWN[bool(name.kind_of)]}'"
        )

    def _extra_sql(self) -> str:
        if self._has_extra:
            return "extra"
        if not self._unknown_labels:
            return "null::varchar"
        empty = ("", *self._entity.empty)
        pairs = [
            literal(json.dumps(name, ensure_ascii=False) + ": ")
            + f" || cast(to_json(case when not {_is_one_of(label, empty)} then {label} end) as varchar)"
            for name, label in self._unknown_labels.items()
        ]
        return f"'{{' || nullif(concat_ws(', ', {', '.join(pairs)}), '') || '}}'"


def _is_one_of(label: str, texts: Sequence[str]) -> str:
    """Whether a column holds one of a few short texts; most texts are too long to compare."""
    longest = max(len(text.encode()) for text in texts)
    return f"(strlen({label}) <= {longest} and {label} in ({', '.join(map(literal, texts))}))"
