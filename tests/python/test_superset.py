"""Superset on the small demo, driven by its API; what is made for it before, without it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from click.testing import CliRunner
from homes import audit_passes, finish_build, make_home

from orchestration.cli import build_cli
from orchestration.publishing import publish
from orchestration.serving.query import run_query
from orchestration.settings import Settings, load_settings
from orchestration.superset import start
from orchestration.superset.bundle import make_bundle

TIMEOUT_SECONDS = 10


class Superset:
    """A running server and somebody who is logged in."""

    def __init__(self, settings: Settings, lang: str, password: str | None = None) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"http://127.0.0.1:{probe.getsockname()[1]}"
        arguments = ["serve", "superset", "--home", str(settings.home), "--lang", lang]
        arguments += ["--port", self.address.rpartition(":")[2], "--timeout", str(TIMEOUT_SECONDS)]
        environment = {name: value for name, value in os.environ.items() if "SUPERSET" not in name}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "orchestration.cli", *arguments],
            env=environment | ({"SHEQUN_SUPERSET_PASSWORD": password} if password else {}),
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        assert self._process.stdout is not None
        self.said = ""
        while self.address not in self.said:
            line = self._process.stdout.readline()
            assert line, self.said + (settings.logs_dir / "superset.log").read_text("utf-8")[-3000:]
            self.said += line
        if not password:
            self.said += self._process.stdout.readline()
            found = re.search("admin (?:的密码|with the password) ?(\\S+)|密码 (\\S+?)（", self.said)
            assert found, self.said
            password = found[1] or found[2]
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self._headers: dict[str, str] = {}
        token = self.ask("security/login", {"username": "admin", "password": password, "provider": "db"})
        self._headers["Authorization"] = f"Bearer {token['access_token']}"
        self._headers["X-CSRFToken"] = self.ask("security/csrf_token/")["result"]

    def ask(self, path: str, body: Any = None) -> Any:
        status, answer = self.try_to_ask(path, body)
        assert status in (200, 201), answer
        return answer

    def try_to_ask(self, path: str, body: Any = None) -> tuple[int, Any]:
        headers = self._headers | {"Referer": self.address}
        if body is not None:
            headers["Content-Type"] = "application/json"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.address}/api/v1/{path}", data, headers)
        try:
            with self._opener.open(request, timeout=60) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def charts(self) -> list[dict[str, Any]]:
        return self.ask("chart/?q=(page_size:200)")["result"]  # type: ignore[no-any-return]

    def data(self, chart: dict[str, Any]) -> list[dict[str, Any]]:
        return self.ask(f"chart/{chart['id']}/data/")["result"][0]["data"]  # type: ignore[no-any-return]

    def try_sql(self, sql: str) -> tuple[int, Any]:
        body = {"database_id": self.ask("database/")["result"][0]["id"], "sql": sql, "runAsync": False}
        return self.try_to_ask("sqllab/execute/", body)

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(30)


@pytest.fixture(scope="module")
def settings(small_demo: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home of its own with the small demo's version."""
    home = tmp_path_factory.mktemp("superset")
    shutil.copytree(small_demo.published_dir, home / "published", symlinks=True)
    return load_settings(home=home)


@pytest.fixture(scope="module")
def bundle(small_demo: Settings) -> dict[str, Any]:
    return {name: yaml.safe_load(text) for name, text in make_bundle(small_demo, "zh").items()}


@pytest.fixture(scope="module")
def superset(settings: Settings) -> Iterator[Superset]:
    running = Superset(settings, "zh")
    yield running
    running.stop()


def test_charts_name_what_their_datasets_have(bundle: dict[str, Any]) -> None:
    datasets = {text["uuid"]: text for name, text in bundle.items() if name.startswith("datasets/")}
    charts = [text for name, text in bundle.items() if name.startswith("charts/")]
    assert len(charts) >= 40
    for chart in charts:
        dataset = datasets[chart["dataset_uuid"]]
        columns = {column["column_name"] for column in dataset["columns"]}
        (query,) = json.loads(chart["query_context"])["queries"]
        asked = {*query["columns"], *(column for column, _ in query["orderby"])}
        assert asked | {one["col"] for one in query["filters"]} <= columns, chart["slice_name"]
        assert {*query.get("metrics", ())} <= {metric["metric_name"] for metric in dataset["metrics"]}
    position = bundle["dashboards/shequn.yaml"]["position"].values()
    shown = {
        place["meta"]["uuid"] for place in position if isinstance(place, dict) and place["type"] == "CHART"
    }
    assert shown == {chart["uuid"] for chart in charts}


def test_every_mart_is_there_in_the_catalogue_s_words(small_demo: Settings, bundle: dict[str, Any]) -> None:
    tables = run_query(small_demo, "select table_name from duckdb_tables() where schema_name = 'marts'").rows
    for (table,) in tables:
        dataset = bundle[f"datasets/shequn/{table}.yaml"]
        for column in dataset["columns"]:
            assert re.search("[\u4e00-\u9fff]|^(R|F|M|RFM|CLV)", column["verbose_name"]), column
            assert column["description"], column
    kpi = bundle["datasets/shequn/mart_community_kpi.yaml"]
    (rate,) = [metric for metric in kpi["metrics"] if metric["metric_name"] == "leave_rate"]
    assert rate["verbose_name"] == "退群率" and "期内" in rate["description"]


def test_ids_outlast_the_language(small_demo: Settings, bundle: dict[str, Any]) -> None:
    english = {name: yaml.safe_load(text) for name, text in make_bundle(small_demo, "en").items()}
    assert english.keys() == bundle.keys()
    assert english["dashboards/shequn.yaml"]["dashboard_title"] == "Community"


def test_every_chart_has_rows(superset: Superset, settings: Settings) -> None:
    charts = superset.charts()
    assert len(charts) >= 40
    found = {chart["slice_name"]: superset.data(chart) for chart in charts}
    assert [name for name, rows in found.items() if not rows] == []
    unknown = {
        name: rows[0].keys()
        for name, rows in found.items()
        if all(value is None for value in rows[-1].values())
    }
    assert not unknown
    weeks = run_query(
        settings,
        "select net_sales from mart_community_kpi where period_type = 'week' and scope_type = 'all'"
        " and not is_partial order by period_start",
    )
    assert [row["net_sales"] for row in found["销售额(净)"]] == [float(value) for (value,) in weeks.rows]
    segments = run_query(settings, "select segment_zh, count(*) from mart_rfm group by all").rows
    assert {row["segment_zh"]: row["count"] for row in found["RFM 分层人数"]} == dict(map(tuple, segments))


def test_figures_of_several_scopes_are_not_added_up(superset: Superset) -> None:
    assert _of_groups(superset, [], ["members_end"], [])[0]["members_end"] is None


def test_a_filter_of_weeks_chooses_one(superset: Superset) -> None:
    newest = max(row["period_start"] for row in _of_groups(superset, ["period_start"], ["count"], []))
    chosen = {"col": "period_start", "op": "IN", "val": [newest]}
    rows = _of_groups(superset, ["period_start", "group_name"], ["members_end"], [chosen])
    assert {row["period_start"] for row in rows} == {newest}
    assert len(rows) > 20 and None not in [row["members_end"] for row in rows]


def _of_groups(superset: Superset, columns: list[str], metrics: list[str], filters: list[Any]) -> list[Any]:
    (dataset,) = superset.ask("dataset/?q=(filters:!((col:table_name,opr:eq,value:group_of_week)))")["result"]
    query = {"columns": columns, "metrics": metrics, "filters": filters, "row_limit": 5000}
    body = {"datasource": {"id": dataset["id"], "type": "table"}, "queries": [query]}
    return superset.ask("chart/data", body)["result"][0]["data"]  # type: ignore[no-any-return]


def test_sql_lab_answers(superset: Superset) -> None:
    status, answer = superset.try_sql("select segment, count(*) as members from mart_rfm group by all")
    assert status == 200 and len(answer["data"]) == 8
    assert superset.try_sql('select count(*) as days from marts_zh."社群指标"')[0] == 200


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("delete from marts.mart_rfm", "只读"),
        ("create table core.mine as select 1", "只读"),
        ("insert into marts.mart_rfm select * from marts.mart_rfm", "只读"),
        ("copy marts.mart_rfm to '/tmp/out.csv'", "只读"),
        ("attach '/tmp/other.duckdb'", "只读"),
        ("set enable_external_access = true", "只读"),
        ("select * from read_text('/etc/passwd')", "只能读取已发布的表"),
        ("select * from read_csv('/etc/passwd')", "只能读取已发布的表"),
        ("from enable_logging(storage = 'file')", "只能读取已发布的表"),
        ("select * from '/etc/hosts.csv'", "hosts"),
    ],
)
def test_what_writes_or_reads_files_is_refused(superset: Superset, sql: str, reason: str) -> None:
    status, answer = superset.try_sql(sql)
    assert status >= 400
    assert reason in json.loads(answer)["errors"][0]["message"]


def test_what_takes_too_long_is_stopped(superset: Superset) -> None:
    begun = time.monotonic()
    status, answer = superset.try_sql("select sum(a.range * b.range) from range(1000000) a, range(1000000) b")
    assert status >= 400
    assert f"{TIMEOUT_SECONDS} 秒" in json.loads(answer)["errors"][0]["message"]
    assert time.monotonic() - begun < TIMEOUT_SECONDS + 10


def test_no_other_file_becomes_a_database(superset: Superset, settings: Settings) -> None:
    for uri in (
        f"duckdb:///{settings.home}/build/private.duckdb",
        "duckdb:///:memory:",
        "sqlite:////tmp/x.db",
    ):
        status, _ = superset.try_to_ask("database/", {"database_name": uri[-12:], "sqlalchemy_uri": uri})
        assert status >= 400, uri


def test_pages_fetch_nothing_from_elsewhere(superset: Superset) -> None:
    with urllib.request.urlopen(f"{superset.address}/login/") as response:
        policy = response.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "http" not in policy


def test_a_new_version_is_seen_at_once(superset: Superset, settings: Settings) -> None:
    old = settings.current_link.readlink()
    newer = settings.published_dir / "v9-0123456789ab"
    shutil.copytree(settings.published_dir / old, newer)
    (newer / "shequn.duckdb").chmod(0o600)
    with duckdb.connect(newer / "shequn.duckdb") as connection:
        connection.execute("delete from marts.mart_rfm where segment <> 'champion'")
    link = settings.published_dir / ".new"
    link.symlink_to(newer.name)
    link.rename(settings.current_link)
    try:
        assert len(superset.try_sql("select distinct segment from mart_rfm")[1]["data"]) == 1
    finally:
        link.symlink_to(old)
        link.rename(settings.current_link)
    assert len(superset.try_sql("select distinct segment from mart_rfm")[1]["data"]) == 8


def test_a_later_start_keeps_what_is_there(superset: Superset, settings: Settings) -> None:
    before = {chart["uuid"]: chart["id"] for chart in superset.charts()}
    superset.stop()
    again = Superset(settings, "en", password="another one")
    try:
        assert "once" not in again.said
        assert {chart["uuid"]: chart["id"] for chart in again.charts()} == before
        assert "net sales" in {chart["slice_name"] for chart in again.charts()}
    finally:
        again.stop()
    room = settings.home / "superset"
    assert room.stat().st_mode & 0o077 == 0 and (room / "secret_key").stat().st_mode & 0o077 == 0


def test_what_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = make_home(tmp_path)
    arguments = ["--home", str(home.home), "serve", "superset"]
    done = CliRunner().invoke(build_cli("en"), arguments)
    assert done.exit_code == 2 and "shequn refresh" in done.stderr
    finish_build(home, 1)
    publish(home, audit_passes)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = CliRunner().invoke(build_cli("en"), [*arguments, "--port", port])
        assert done.exit_code == 2 and port in done.stderr
    monkeypatch.setattr(start, "PYTHON", Path(sys.executable))
    done = CliRunner().invoke(build_cli("en"), arguments)
    assert done.exit_code == 2 and "another release" in done.stderr
    monkeypatch.setattr(start, "PYTHON", tmp_path / "none")
    done = CliRunner().invoke(build_cli("en"), arguments)
    assert done.exit_code == 2 and "make superset" in done.stderr
