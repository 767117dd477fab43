"""Queries that are planned once read the block at hand, whatever became of the database since."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest

from orchestration.landing import statements
from orchestration.landing.statements import Statements


def test_a_query_reads_the_block_at_hand() -> None:
    prepared = Statements(duckdb.connect())
    blocks = [pa.table({"line": [1, 2]}), pa.table({"line": [5]}), pa.table({"line": ["x"]})]
    found = [prepared.run("select max(line) as top from landing_block", block) for block in blocks]
    assert [table.to_pylist() for table in found] == [[{"top": 2}], [{"top": 5}], [{"top": "x"}]]


def test_a_query_is_planned_anew_where_a_table_was_replaced() -> None:
    prepared = Statements(duckdb.connect())
    block = pa.table({"name": ["a", "b"]})
    for known in ("a", "z"):
        prepared.connection.execute(f"create or replace temp table known as select '{known}' as name")
        found = prepared.run("select name from landing_block where name in (select name from known)", block)
        assert found.num_rows == (known == "a")


def test_the_oldest_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "KEPT", 2)
    prepared = Statements(duckdb.connect())
    block = pa.table({"line": [1]})
    for number in (1, 2, 3, 1):
        assert prepared.run(f"select line + {number} as sum from landing_block", block)[
            "sum"
        ].to_pylist() == [1 + number]
    held = prepared.connection.execute("select count(*) from duckdb_prepared_statements()").fetchone()
    assert held == (2,)
