"""The serving copy in a real PostgreSQL: what it holds, how it is swapped, who may read it."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import psycopg
import pytest
from click.testing import CliRunner
from homes import STORAGE, audit_passes, finish_build, make_home
from postgres_server import running_server
from psycopg import errors

from orchestration.assets.postgres import postgres_assets
from orchestration.assets.warehouse import Warehouse
from orchestration.cli import build_cli
from orchestration.errors import EXIT_FAILURE, EXIT_LOCKED, EXIT_USAGE, ShequnError
from orchestration.publishing import publish
from orchestration.serving import postgres
from orchestration.serving.postgres import READER, Served, serve_postgres
from orchestration.settings import Settings

TABLES = """
create table marts.mart_rfm as select * from (values
    ('m1', 1, 2.50::decimal(18, 2), 'x,"y"', true),
    ('m2', -7, -0.10, '', false),
    ('m3', null, null, null, null)
) as rows(member_id, frequency, monetary, segment, is_in_community);
create table core.fct_order as select 'o1' as order_id, 'm1' as member_id,
    timestamp '2026-06-01 08:30:15.25' as ordered_at, date '2026-06-01' as paid_date,
    1.5::decimal(38, 10) as cost_of_goods, 'nan'::double as score;
create table core.fct_member_tag as select 'm1' as member_id, 'a' as tag, null::timestamp as tagged_at;
"""

# Values at the borders of their types, and beside them those that nothing is known of.
BORDERS = """
create table core.fct_borders as select * from (values
    (1, 1.5::double, 1.25::float, 32767::smallint, 9223372036854775807, '中文\t"', date '0001-01-01',
        timestamp '1960-02-29 23:59:59.999999', time '12:00:01.5',
        12345678901234567890.1234567891::decimal(38, 10), -9999999999999999.99::decimal(18, 2),
        0.00001::decimal(5, 5), 999::decimal(3, 0), ['a', null], 1::hugeint),
    (2, null, null, null, null, null, null, null, null, null, null, null, null, null, null),
    (3, 'nan'::double, '-inf'::float, -32767, -9223372036854775807, '', date '9999-12-31',
        timestamp '2000-01-01', time '00:00', -9999999999999999999999999999.9999999999,
        -0.01, -0.99999, -1, [], -1),
    (4, 5e-324, 0, 0, 0, '\\', date '2000-01-01', timestamp '9999-12-31', time '23:59:59.999999',
        18446744073709551616, 0, 0, 0, [''], 0)
) as rows(id, d, f, s, b, t, day, moment, clock, wide, money, part, whole, list, huge);
"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as url:
        yield url


@pytest.fixture
def url(server: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of the test's own."""
    name = f"of_{abs(hash(request.node.name))}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"create database {name}")
    yield server.removesuffix("postgres") + name
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_home(tmp_path / "home")


def publish_value(settings: Settings, value: int, more: str = "") -> None:
    finish_build(settings, value)
    with duckdb.connect(settings.warehouse_db, config=STORAGE) as connection:
        connection.execute(TABLES + more)
    publish(settings, audit_passes)


def ask(url: str, question: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(question).fetchall()


def serve(settings: Settings, url: str, value: int, more: str = "") -> Served:
    publish_value(settings, value, more)
    return serve_postgres(settings, url)


def test_it_holds_what_is_published(settings: Settings, url: str) -> None:
    (settings.home / ".serve-killed").mkdir()
    served = serve(settings, url, 3)
    assert served.rows == sum(served.version.manifest["tables"].values())
    assert set(served.loaded) == set(served.version.manifest["tables"])
    for table in served.loaded:
        with duckdb.connect(settings.published_db, read_only=True) as connection:
            wanted = connection.execute(f"from {table}").fetchall()
        assert sorted(map(repr, ask(url, f"select * from {table}"))) == sorted(map(repr, wanted))
    assert ask(url, "select version, as_of_date::text from shequn.version") == [
        (served.version.name, "2026-06-30")
    ]
    assert list(settings.home.glob(".serve-*")) == [], "what a killed load left"


def test_values_at_the_borders_of_their_types_arrive(
    settings: Settings, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "_BATCH_ROWS", 2)
    assert "core.fct_borders" in serve(settings, url, 3, BORDERS).loaded
    with duckdb.connect(settings.published_db, read_only=True) as connection:
        wanted = connection.execute(
            "select * replace (list::varchar as list, huge::varchar as huge) from core.fct_borders"
            " order by id"
        ).fetchall()
    assert list(map(repr, ask(url, "select * from core.fct_borders order by id"))) == list(map(repr, wanted))


def test_it_has_keys_indexes_and_comments(settings: Settings, url: str) -> None:
    serve(settings, url, 3)
    definitions = dict(
        ask(url, "select indexname, indexdef from pg_indexes where schemaname in ('core', 'marts')")
    )
    assert "(member_id)" in definitions["mart_rfm_pkey"]
    assert "(order_id)" in definitions["fct_order_pkey"]
    assert "btree (member_id)" in definitions["fct_order_member_id_idx"]
    assert "brin (ordered_at)" in definitions["fct_order_ordered_at_idx"]
    assert "fct_member_tag_pkey" not in definitions, "one of its columns is unknown in a row"
    (comment,) = ask(
        url,
        "select col_description('marts.mart_rfm'::regclass, 2), obj_description('marts.mart_rfm'::regclass)",
    )
    assert comment[0].startswith("购买次数：")
    assert comment[1].startswith("RFM用户分层：One row per customer")


def test_only_what_changed_is_loaded(settings: Settings, url: str) -> None:
    serve(settings, url, 3)
    oid = ask(url, "select 'marts.mart_rfm'::regclass::oid, 'marts.mart_tiny'::regclass::oid")
    served = serve(settings, url, 4)
    assert served.loaded == ("marts.mart_tiny",)
    now = ask(url, "select 'marts.mart_rfm'::regclass::oid, 'marts.mart_tiny'::regclass::oid")
    assert (now[0][0] == oid[0][0], now[0][1] == oid[0][1]) == (True, False)
    assert ask(url, "select max(value) from marts.mart_tiny") == [(4,)]
    assert ask(url, "select nspname from pg_namespace where nspname like 'shequn\\_%'") == []
    again = serve_postgres(settings, url)
    assert again.loaded == ()
    gone = serve(settings, url, 5, "drop table marts.mart_rfm")
    assert "marts.mart_rfm" not in gone.kept + gone.loaded
    with pytest.raises(errors.UndefinedTable):
        ask(url, "select * from marts.mart_rfm")


def test_readers_may_read_and_nothing_else(settings: Settings, url: str) -> None:
    serve(settings, url, 3)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"drop role if exists analyst; create role analyst login in role {READER}")
    analyst = url.replace("owner@", "analyst@")
    serve(settings, url, 4)
    assert ask(analyst, "select max(value) from marts.mart_tiny") == [(4,)]
    assert ask(analyst, "select count(*) from marts.mart_rfm") == [(3,)]
    assert ask(analyst, "select count(*) from shequn.version") == [(1,)]
    for attack in (
        "delete from marts.mart_rfm",
        "create table marts.t (a int)",
        "drop table marts.mart_rfm",
        "update shequn.version set version = 'x'",
        "select * from shequn.loaded",
    ):
        with pytest.raises(errors.InsufficientPrivilege):
            ask(analyst, attack)


def test_twenty_readers_see_no_gap_while_versions_are_swapped(settings: Settings, url: str) -> None:
    serve(settings, url, 1)
    stop, trouble, asked = threading.Event(), [], []

    def read() -> None:
        last = 0
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                while not stop.is_set():
                    row = connection.execute(
                        "select max(value), count(*), (select count(*) from marts.mart_rfm)"
                        " from marts.mart_tiny"
                    ).fetchone()
                    assert row is not None
                    assert row[0] == row[1] >= last
                    assert row[2] == 3
                    last = row[0]
                    asked.append(last)
                    time.sleep(0.01)
        except Exception as error:
            trouble.append(error)

    readers = [threading.Thread(target=read) for _ in range(20)]
    for reader in readers:
        reader.start()
    swaps = [serve(settings, url, value) for value in range(2, 7)]
    stop.set()
    for reader in readers:
        reader.join()
    assert trouble == []
    assert len(asked) > 100
    assert len(set(asked)) > 1
    assert all(served.swap_seconds < 1 for served in swaps), [served.swap_seconds for served in swaps]


def test_a_long_statement_of_a_reader_holds_nothing_up(settings: Settings, url: str) -> None:
    serve(settings, url, 3)
    with psycopg.connect(url) as reader:
        reader.execute("select * from marts.mart_rfm")  # the transaction keeps its lock
        reader.execute("select * from marts.mart_tiny")
        served = serve(settings, url, 4)
        assert "marts.mart_rfm" in served.loaded, "it could not be taken over, so it was loaded anew"
        assert ask(url, "select max(value) from marts.mart_tiny") == [(4,)]
    serve(settings, url, 5)
    assert ask(url, "select nspname from pg_namespace where nspname like 'shequn\\_%'") == []


def test_views_that_people_made_follow(settings: Settings, url: str) -> None:
    serve(settings, url, 3)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create schema ours")
        connection.execute("create view ours.top as select max(value) as top from marts.mart_tiny")
        connection.execute('create view ours."über" as select top + 1 as more from ours.top')
        connection.execute("create view ours.typed as select segment from marts.mart_rfm")
    assert serve(settings, url, 4).views_left == ()
    assert ask(url, 'select more from ours."über"') == [(5,)]
    changed = "alter table marts.mart_rfm rename segment to other"
    left = serve(settings, url, 5, changed)
    assert left.views_left == ("ours.typed",)
    assert ask(url, "select count(*) from ours.typed") == [(3,)]
    assert ask(url, 'select more from ours."über"') == [(6,)]


def test_a_schema_of_others_is_left_alone(settings: Settings, url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create schema marts; create table marts.theirs (a int)")
    with pytest.raises(ShequnError, match="not from here") as caught:
        serve(settings, url, 3)
    assert caught.value.exit_code == EXIT_USAGE
    assert ask(url, "select count(*) from marts.theirs") == [(0,)]


def test_a_load_that_fails_leaves_what_readers_see(
    settings: Settings, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(settings, url, 3)
    publish_value(settings, 4)
    with monkeypatch.context() as patched:
        patched.setattr(postgres, "_views_of_others", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            serve_postgres(settings, url)
    assert ask(url, "select max(value) from marts.mart_tiny") == [(3,)]
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("select pg_advisory_lock(%s)", [postgres._LOCK_KEY])
        with pytest.raises(ShequnError, match="Another") as caught:
            serve_postgres(settings, url)
        assert caught.value.exit_code == EXIT_LOCKED
    assert serve_postgres(settings, url).loaded == ("marts.mart_tiny",)


def test_without_rights_it_says_what_an_administrator_may_do(settings: Settings, url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("drop role if exists humble; create role humble login")
    publish_value(settings, 3)
    with pytest.raises(ShequnError, match=r"may not create schemas|role shequn_reader is missing") as caught:
        serve_postgres(settings, url.replace("owner@", "humble@"))
    assert caught.value.exit_code == EXIT_FAILURE


def test_what_is_missing_is_said_in_one_sentence(settings: Settings, url: str, tmp_path: Path) -> None:
    def said(*more: str) -> tuple[int, str]:
        arguments = ["serve", "postgres", "--home", str(settings.home), *more]
        done = CliRunner().invoke(build_cli("en"), arguments, env={"SHEQUN_POSTGRES_URL": ""})
        return done.exit_code, done.stderr

    assert "shequn refresh" in said("--url", url)[1]
    publish_value(settings, 3)
    before = settings.published_db.read_bytes()
    assert said()[0] == EXIT_USAGE
    code, sentence = said("--url", "postgresql://owner:s3cret@127.0.0.1:1/x")
    assert code == EXIT_FAILURE
    assert "cannot be reached" in sentence
    assert "s3cret" not in sentence
    assert said("--url", "what?")[0] == EXIT_USAGE
    assert settings.published_db.read_bytes() == before
    done = CliRunner().invoke(
        build_cli("en"), ["serve", "postgres", "--home", str(settings.home), "--url", url]
    )
    assert done.exit_code == 0, done.stderr
    assert "PostgreSQL shows version" in done.stdout


def test_psql_and_sqlalchemy_read_it(settings: Settings, url: str) -> None:
    from sqlalchemy import create_engine, text

    serve(settings, url, 3)
    described = subprocess.run(
        ["psql", url, "-c", r"\d+ marts.mart_rfm"], capture_output=True, text=True, check=True
    ).stdout
    assert "购买次数" in described
    assert "numeric(18,2)" in described
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        assert connection.execute(text("select count(*) from marts.mart_rfm")).scalar_one() == 3
    engine.dispose()


def test_dagster_brings_it_up_to_date_where_a_server_is_named(
    settings: Settings, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert postgres_assets() == []
    monkeypatch.setenv("SHEQUN_POSTGRES_URL", url)
    monkeypatch.setenv("SHEQUN_HOME", str(settings.home))
    publish_value(settings, 3)
    result = dg.materialize(postgres_assets(), resources={"warehouse": Warehouse()})
    (made,) = result.asset_materializations_for_node("postgres_copy")
    assert made.metadata["loaded"].value == 5
    assert ask(url, "select max(value) from marts.mart_tiny") == [(3,)]
