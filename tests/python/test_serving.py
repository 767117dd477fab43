"""The read-only query service on a small published version."""

from __future__ import annotations

import csv
import io
import json
import os
import time
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import ShequnError
from orchestration.memory import memory_bytes
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
    for statement in (
        "explain select 1",
        "/* why */ explain (format json) select 1",
        "explain analyze select count(*) from mart_rfm",
        "summarize mart_rfm",
        "show tables",
        "show all tables",
        "-- a note\nfrom mart_rfm;",
        "values (1)",
        "pivot mart_rfm on member_id in ('m1') using count(*)",
        "select * from range(3), unnest([1, 2])",
        "from duckdb_columns()",
        "from information_schema.tables",
    ):
        assert run_query(settings, statement).rows, statement


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
        "copy mart_rfm from '/etc/passwd'",
        "copy (select 1) to '/dev/stdout'",
        "create secret s (type s3)",
        "update mart_rfm set day = null",
        "delete from mart_rfm",
        "truncate mart_rfm",
        "alter table mart_rfm add column x int",
        "comment on table mart_rfm is 'x'",
        "begin",
        "checkpoint",
        "vacuum",
        "detach shequn",
        "use core",
        "attach ':memory:' as m",
        "attach 'https://x/y.duckdb' as m",
        "import database '{tmp}'",
        "update extensions",
        "set variable x = 1",
        "reset memory_limit",
        "pragma database_list",
        "pragma json_execute_serialized_sql('{{}}')",
        "call pragma_version()",
        "prepare p as select 1",
        "select * from 'https://x/y.csv'",
        'from "../../etc/passwd.csv"',
        "from '/etc/hosts.csv'",
        "from read_parquet('/etc/passwd')",
        "from read_blob('/proc/self/environ')",
        "from read_duckdb('{tmp}/private.duckdb')",
        "from sniff_csv('/etc/passwd')",
        "from duckdb_settings()",
        "from duckdb_secrets()",
        "from which_secret('s3://x', 's3')",
        "from enable_profiling(save_location='{tmp}/p')",
        "from enable_logging /* /* a */ */ (storage='file', storage_path='{tmp}/log')",
        "from main.\"enable_logging\"(storage='file', storage_path='{tmp}/log')",
        "from query_table('mart_rfm')",
        "from json_execute_serialized_sql(json_serialize_sql('from glob(''*'')'))",
        "select write_log('x')",
        "select (select count(*) from glob('/etc/*'))",
        "with a as (from glob('/etc/*')) from a",
        "select 1 union all select 1 where 1 in (from read_text('/etc/passwd'))",
        "select * from mart_rfm order by (from read_text('/etc/passwd'))",
        "describe select * from read_csv('/etc/passwd')",
        "summarize from read_csv('/etc/passwd')",
        "explain analyze insert into mart_rfm from mart_rfm",
        "explain analyze copy (select 1) to '{tmp}/out.csv'",
        "explain /* a */ analyze copy (select 1) to '{tmp}/out.csv'",
        "explain explain from read_csv('/etc/passwd')",
        "pivot mart_rfm on day using count(*)",
    ],
)
def test_only_reading_of_the_published_file_is_let_through(
    settings: Settings, tmp_path: Path, attack: str
) -> None:
    with pytest.raises(ShequnError) as caught:
        run_query(settings, attack.format(tmp=tmp_path))
    assert caught.value.exit_code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "endless",
    [
        "select count(*) from range(10000000000) a, range(1000) b",
        "with recursive ones as (select 1 as a union all select a from ones) select count(*) from ones",
        "with recursive up as (select 1 as a union all select a + 1 from up) from up",
        "select sleep_ms(100000)",
        "select repeat('x', 1000000) from range(100000000)",
    ],
)
def test_a_query_without_end_is_stopped(settings: Settings, endless: str) -> None:
    begun = time.monotonic()
    with pytest.raises(ShequnError, match="1 seconds"):
        run_query(settings, endless, timeout=1)
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize(
    ("attack", "reason"),
    [
        ("copy (select 1) to 'x.csv'", "read only: COPY"),
        (
            "from read_csv('/etc/passwd')",
            "read_csv is not available here: a query reads the published tables",
        ),
        ("from '/etc/hosts.csv'", "no files, no other databases.*/etc/hosts.csv"),
        ("select 1; select 2", "Exactly one SQL statement is needed; 2 were given"),
        ("explain delete from mart_rfm", "read only: DELETE"),
        ("pragma version", "read only: PRAGMA"),
    ],
)
def test_a_refusal_gives_its_reason(settings: Settings, attack: str, reason: str) -> None:
    with pytest.raises(ShequnError, match=reason) as caught:
        run_query(settings, attack)
    assert "\n" not in caught.value.text("en")


def test_memory_is_limited(settings: Settings) -> None:
    for greedy in (
        "select list(i) from range(50000000) as numbers(i)",
        "select string_agg(repeat('x', 10000000), '') from range(300)",
        "select repeat('x', 4000000000)",
    ):
        with pytest.raises(ShequnError, match=r"failed: .*[Mm]emory"):
            run_query(settings, greedy, memory_limit="50MB")
    with pytest.raises(ShequnError, match="no amount of memory"):
        run_query(settings, "select 1", memory_limit="lots")


def test_an_amount_of_memory_is_in_thousands_or_in_powers_of_two() -> None:
    amounts = {"500MB": 500_000_000, "2 GiB": 2 << 30, "1.5gb": 1_500_000_000, "64KiB": 64 << 10}
    assert {text: memory_bytes(text) for text in amounts} == amounts


def test_a_build_holds_what_is_said_and_never_more_than_half_the_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SHEQUN_MEMORY", "2GB")
    assert load_settings().memory == 2_000_000_000
    monkeypatch.setenv("SHEQUN_MEMORY", "lots")
    with pytest.raises(ShequnError, match="no amount of memory"):
        load_settings()
    monkeypatch.delenv("SHEQUN_MEMORY")
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert 0 < load_settings().memory <= min(6_000_000_000, machine / 2)


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
