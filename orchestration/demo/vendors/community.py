"""The invented community in one place, so that vendors can tell their part of it in their own words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.demo.plan import EPOCH, Plan
from orchestration.demo.sink import Sink
from orchestration.demo.vendors.chats import group_tellers
from orchestration.demo.vendors.shops import order_tellers

Row = dict[str, Any]
File = tuple[str, Iterator[str] | Callable[[Path], None]]
"""A path below the vendor's folder, and the text of the file in pieces, or what writes it."""
_BATCH = 20_000
_MEMORY_LIMIT = "3GB"
"""Of the tables; a large community is larger and goes to disk."""
_DESCRIBED = {"groups": "group_id", "members": "member_id", "products": "product_id"}
"""Entities of which several systems tell one thing, with their key."""


@dataclass(frozen=True)
class Vendor:
    """What one system tells of the community, and how.

    Attributes:
        says: By entity a query for the rows that it tells, in canonical columns without those it cannot say.
        files: Its exports.
        takes: By entity which canonical rows it tells in their place; all where missing.
        keeps: By entity the columns of these rows that somebody keeps by hand all the same.
        counts: By name a query for figures of its own, made of what it says; the table is `<system>_<name>`.
        renames: By column an expression of it, `{0}`, for the id that all exports use, hand-kept ones too.
        notes: By entity a query for rows that somebody keeps by hand because of what it says.
    """

    says: dict[str, str]
    files: Callable[[Community], Iterator[File]]
    takes: dict[str, str] = field(default_factory=dict)
    keeps: dict[str, tuple[str, ...]] = field(default_factory=dict)
    counts: dict[str, str] = field(default_factory=dict)
    renames: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)


def _last_known(name: str) -> str:
    """What the last one says who knows it; a customer may be somebody more special."""
    known = f"{name} is not null"
    if name == "member_type":
        special = f"{name} <> 'customer'"
        return f"coalesce(last({name} order by landed_as) filter ({special}), max({name})) as {name}"
    return f"last({name} order by landed_as) filter ({known}) as {name}"


class Community:
    """The tables of an invented community; takes the place of a `Sink` while it is invented."""

    def __init__(self, database: Path, plan: Plan) -> None:
        self.plan = plan
        self._connection = duckdb.connect(database, config={"memory_limit": _MEMORY_LIMIT})
        self._columns: dict[str, pa.Schema] = {}

    def write(self, entity: str, table: pa.Table, part: str | None = None) -> None:
        """Take rows of `entity`, in their order."""
        self._connection.register("rows_written", table)
        if entity in self._columns:
            self._connection.execute(f"insert into {entity} select * from rows_written")
        else:
            self._connection.execute(f"create table {entity} as select * from rows_written")
            self._columns[entity] = table.schema

    def counts(self) -> dict[str, int]:
        """Rows by entity."""
        return {entity: self._count(entity) for entity in self._columns}

    def retell(self, vendors: dict[str, Vendor], chosen: Collection[str]) -> None:
        """Split the tables into `<system>_<entity>`, what the chosen vendors say, and what remains.

        The tables of the other vendors are there and empty, so that a query may ask for them.
        """
        for system in chosen:
            self._rename(vendors[system])
        self._connection.execute(
            "create table snapshots as select unnest(?::timestamp[]) as taken_at", [self.snapshots()]
        )
        self._connection.execute(f"create table order_tellers as {order_tellers(chosen)}")
        self._connection.execute(f"create table group_tellers as {group_tellers(chosen)}")
        for system, vendor in vendors.items():
            rows = "true" if system in chosen else "false"
            for entity, query in vendor.says.items():
                self._connection.execute(
                    f"create table {system}_{entity} as select * from ({query}) where {rows}"
                )
        for system in chosen:
            for entity in vendors[system].says:
                self._leave(vendors[system], entity)
            for entity, query in vendors[system].notes.items():
                self._connection.execute(f"insert into {entity} by name {query}")
            for name, query in vendors[system].counts.items():
                self._connection.execute(f"create table {system}_{name} as {query}")

    def _leave(self, vendor: Vendor, entity: str) -> None:
        """Take away what the vendor tells of an entity."""
        taken = vendor.takes.get(entity, "true")
        if entity not in vendor.keeps:
            self._connection.execute(f"delete from {entity} where {taken}")
            return
        told = [name for name in self._columns[entity].names if name not in vendor.keeps[entity]]
        self._connection.execute(
            f"update {entity} set {', '.join(f'{name} = null' for name in told)} where {taken}"
        )

    def _rename(self, vendor: Vendor) -> None:
        for entity, schema in self._columns.items():
            changed = [name for name in schema.names if name in vendor.renames]
            if changed:
                sets = ", ".join(f"{name} = {vendor.renames[name].format(name)}" for name in changed)
                self._connection.execute(f"update {entity} set {sets}")

    def snapshots(self) -> list[datetime]:
        """When lists of groups and contacts were fetched: late on the last day of each month."""
        midnight = datetime.combine(EPOCH, datetime.min.time())
        ends = [midnight + timedelta(seconds=window.end) for window in self.plan.months()]
        return [end - timedelta(minutes=30) for end in ends]

    def months(self) -> list[str]:
        """Labels such as 2026-01."""
        return [window.label for window in self.plan.months()]

    def rows(self, query: str, *values: Any) -> Iterator[Row]:
        """The rows of a query, some at a time."""
        cursor = self._connection.cursor().execute(query, list(values))
        names = [part[0] for part in cursor.description or ()]
        while batch := cursor.fetchmany(_BATCH):
            for values_found in batch:
                yield dict(zip(names, values_found, strict=True))

    def write_canonical(self, tables: Sink, systems: Collection[str] = ()) -> None:
        """Write what no vendor says as a canonical export; with `systems` what these say as well.

        Of what several tell of one group, member or product each column's last known value counts (D34).
        """
        for entity, schema in self._columns.items():
            told = [f"{name}_{entity}" for name in sorted(systems) if self._has(f"{name}_{entity}")]
            parts = [
                f"select *, {place} as landed_as from {part}" for place, part in enumerate((entity, *told))
            ]
            rows = f"({' union all by name '.join(parts)})"
            key = _DESCRIBED.get(entity) if told else None
            columns = [_last_known(name) for name in schema.names if name != key]
            names = ", ".join(schema.names)
            query = (
                f"select {key}, {', '.join(columns)} from {rows} group by {key}" if key else f"from {rows}"
            )
            table = self._connection.execute(f"select {names} from ({query})").to_arrow_table()
            if table.num_rows:
                tables.write(entity, table.cast(schema))

    def _has(self, table: str) -> bool:
        found = self._connection.execute("select 1 from duckdb_tables() where table_name = ?", [table])
        return found.fetchone() is not None

    def _count(self, table: str) -> int:
        found = self._connection.execute(f"select count(*) from {table}").fetchone()
        return int(found[0]) if found else 0

    def __enter__(self) -> Community:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
