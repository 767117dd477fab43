"""Queries over blocks, planned once: to plan a long one takes longer than to run it over a small file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

# What a statement calls the block.
BLOCK = "landing_block"
KEPT = 200


@dataclass
class _Feed:
    """What a prepared statement reads: the rows that it holds at the time."""

    rows: pa.Table

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self.rows.__arrow_c_stream__(requested_schema)


class Statements:
    """The prepared statements of a connection; the oldest make room for new ones."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self._prepared: dict[tuple[str, pa.Schema], tuple[str, _Feed]] = {}
        self._number = 0

    def run(self, statement: str, block: pa.Table) -> pa.Table:
        """What a query over `landing_block` finds."""
        # Statements find the block by the name of this variable, also when they are planned anew.
        name, landing_block = self._prepared.get((statement, block.schema)) or self._prepare(statement, block)
        landing_block.rows = block
        try:
            return self.connection.execute(f"execute {name}").to_arrow_table()
        finally:
            landing_block.rows = block.slice(0, 0).combine_chunks()

    def _prepare(self, statement: str, block: pa.Table) -> tuple[str, _Feed]:
        if len(self._prepared) >= KEPT:
            oldest = next(iter(self._prepared))
            self.connection.execute(f"deallocate {self._prepared.pop(oldest)[0]}")
        landing_block = _Feed(block)
        self._number += 1
        name = f"over_block_{self._number}"
        self.connection.execute(f"prepare {name} as {statement}")
        self._prepared[statement, block.schema] = (name, landing_block)
        return name, landing_block
