"""The read-only query service on a small published version."""

from __future__ import annotations

import csv
import io
import json
import time
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import ShequnError
from orchestration.serving.formats import write_csv, write_json
from orchestration.serving.query import QueryStream, open_query, run_query
from orchestration.settings import Settings, load_settings


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = load_settings(home=tmp_path_factory.mktemp("serving"))
    version = settings.published_dir / "v1-0123456789ab"
    version.mkdir(parents=True)
    with duckdb.connect(version / "shequn.duckdb") as connection:
        connection.execute("create schema core; create schema marts")
        connection.execute(
            "create table marts.mart_rfm as "
            "select 'm' || i as member_id, cast(i as decimal(18, 2)) / 4 as monetary,"
            " date '2026-06-30' as day "
            "from range(3) as numbers(i)"
        )
        connection.execute("create table core.dim_member as select '=1+1' as member_id, -1 as score")
    settings.current_link.symlink_to(version.name)
    return settings


def test_marts_and_core_need_no_prefix(settings: Settings) -> None:
    assert run_query(settings, "select member_id from mart_rfm order by 1").rows == [["m0"], ["m1"], ["m2"]]
    assert run_query(settings, "select score from dim_member").rows == [[-1]]
    assert run_query(settings, "describe mart_rfm").columns[0] == "column_name"
    assert run_query(settings, "explain select 1").rows


def test_no_published_version_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ShequnError, match="refresh") as caught:
        run_query(load_settings(home=tmp_path), "select 1")
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    "attack",
    [
        "drop table marts.mart_rfm",
        "insert into marts.mart_rfm values ('x', 1, current_date)",
        "create temp table t as select 1",
        "select 1; select 2",
        "copy (select 1) to '{tmp}/out.csv'",
        "export database '{tmp}/out'",
        "attach '{tmp}/other.duckdb'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "set memory_limit = '100GB'",
        "pragma enable_profiling",
        "call enable_logging(storage='file', storage_path='{tmp}/log')",
        "from enable_logging(storage='file', storage_path='{tmp}/log')",
        "from \"enable_logging\"(storage='file')",
        "from query('from enable_' || 'logging()')",
        "select * from read_csv('/etc/passwd')",
        "select * from '/etc/passwd'",
        "select content from read_text('/etc/passwd')",
        "select * from glob('/etc/*')",
        "select getenv('HOME')",
        "",
    ],
)
def test_only_reading_of_the_published_file_is_let_through(
    settings: Settings, tmp_path: Path, attack: str
) -> None:
    with pytest.raises(ShequnError) as caught:
        run_query(settings, attack.format(tmp=tmp_path))
    assert caught.value.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_query_without_end_is_stopped(settings: Settings) -> None:
    begun = time.monotonic()
    with pytest.raises(ShequnError, match="1 seconds"):
        run_query(settings, "select count(*) from range(10000000000) a, range(1000) b", timeout=1)
    assert time.monotonic() - begun < 10


def test_memory_is_limited(settings: Settings) -> None:
    with pytest.raises(ShequnError, match="failed"):
        run_query(settings, "select list(i) from range(50000000) as numbers(i)", memory_limit="50MB")
    with pytest.raises(ShequnError, match="no amount of memory"):
        run_query(settings, "select 1", memory_limit="lots")


def test_rows_beyond_the_limit_are_left_out_and_said_so(settings: Settings) -> None:
    assert run_query(settings, "from range(5)", max_rows=3).more
    assert not run_query(settings, "from range(3)", max_rows=3).more
    assert len(run_query(settings, "from range(2500)").rows) == 2500


def test_csv_disarms_formulas_in_text_and_leaves_numbers_alone() -> None:
    out = io.StringIO()
    cells = ["=1+1", "+86", "-x", "@SUM(A1)", "\tx", "fine"]
    write_csv(out, ["a", "b"], ["VARCHAR", "DECIMAL(18,2)"], [[cell, "-1.50"] for cell in cells])
    rows = list(csv.reader(io.StringIO(out.getvalue())))
    assert [row[0] for row in rows[1:]] == ["'=1+1", "'+86", "'-x", "'@SUM(A1)", "'\tx", "fine"]
    assert {row[1] for row in rows[1:]} == {"-1.50"}


def test_json_is_one_array_with_numbers(settings: Settings) -> None:
    out = io.StringIO()
    with open_query(settings, "from mart_rfm order by 1 desc limit 1") as stream:
        write_json(out, stream)
    assert json.loads(out.getvalue()) == [{"member_id": "m2", "monetary": 0.5, "day": "2026-06-30"}]


def test_json_of_nothing_is_an_empty_array() -> None:
    out = io.StringIO()
    write_json(out, QueryStream(["a"], ["INTEGER"], iter(())))
    assert json.loads(out.getvalue()) == []
