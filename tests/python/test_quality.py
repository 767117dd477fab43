"""Each audit passes on good data and names every planted fault; a check that breaks is no failure."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from homes import STORAGE, make_home

from orchestration.building.record import record_build
from orchestration.errors import ShequnError
from orchestration.fingerprint import Origin, current_origin
from orchestration.landing.catalogue import LENIENT_TYPES, Column, load_catalogue
from orchestration.quality import QualityWorker
from orchestration.quality.audited import record_audit, take_back_audit
from orchestration.reports import AuditReport, BuildReport
from orchestration.settings import Settings

SAMPLES = {
    "id": "'x' || row_number",
    "text": "'some text'",
    "money": "'-1.50'",
    "number": "'1.25'",
    "int": "'3'",
    "bool": "'true'",
    "date": "'2026-01-02'",
    "timestamp": "'2026-01-02 03:04:05.25'",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return make_home(tmp_path_factory.mktemp("quality") / "home")


@pytest.fixture(scope="module")
def worker(home: Settings) -> Iterator[QualityWorker]:
    """One process for all tests: loading Great Expectations takes seconds."""
    with QualityWorker(home) as worker:
        worker.start()
        yield worker


def not_passed(report: AuditReport) -> dict[tuple[str, str], tuple[str, int]]:
    return {
        (check.where, check.name): (check.status, check.failures)
        for check in report.checks
        if check.status != "pass"
    }


def sample(column: Column) -> str:
    return f"'{column.values[0]}'" if column.values else SAMPLES[LENIENT_TYPES.get(column.type, column.type)]


def write_raw(path: Path, rows: int = 20) -> None:
    """A raw schema as the gate leaves it, each entity landed from one file of `rows` rows."""
    path.unlink(missing_ok=True)
    with duckdb.connect(path, config=STORAGE) as connection:
        connection.execute("create schema raw")
        connection.execute(
            "create table raw.files (file_sha256 text, path text, system text, entity text, status text,"
            " lines bigint, header bigint, accepted bigint, rejected bigint, blank bigint, load_seq bigint,"
            " landed_at timestamp default timestamp '2026-01-03')"
        )
        connection.execute("create table raw.rejected_rows (file_sha256 text, line bigint, load_seq bigint)")
        canonical_first = sorted(load_catalogue().entities, key=lambda entity: entity.system != "canonical")
        for number, entity in enumerate(canonical_first, 1):
            values = ", ".join(
                f"{sample(column) if not column.contact else 'null'} as {column.raw_name}"
                for column in entity.columns
                if column.raw_name
            )
            connection.execute(
                f"create table raw.{entity.table} as select {values}, cast(null as varchar) as extra,"
                f" '{entity.system}' as system, 'sha{number}' as file_sha256, row_number + 1 as line,"
                f" {number} as load_seq, timestamp '2026-01-03' as landed_at"
                f" from range(1, {rows + 1}) as numbers (row_number)"
            )
            connection.execute(
                "insert into raw.files values ($1, $2, $3, $4, 'landed', $5, 1, $6, 0, 0, $7, default)",
                [f"sha{number}", f"{entity.name}.csv", entity.system, entity.name, rows + 1, rows, number],
            )


def change(path: Path, *statements: str) -> None:
    with duckdb.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)


class TestRaw:
    @pytest.fixture(autouse=True)
    def _fresh(self, home: Settings) -> None:
        write_raw(home.private_db)

    def test_good_raw_passes_and_the_file_is_let_go(self, home: Settings, worker: QualityWorker) -> None:
        report = worker.audit_raw(home)
        assert not_passed(report) == {}
        assert len(report.checks) > 100
        change(home.private_db, "create table raw.note as select 1 as one")

    def test_every_planted_fault_is_named(self, home: Settings, worker: QualityWorker) -> None:
        change(
            home.private_db,
            "update raw.files set lines = lines + 1 where system = 'canonical' and entity = 'groups'",
            "delete from raw.canonical__orders where line = 5",
            "update raw.files set rejected = 2, accepted = 18"
            " where system = 'canonical' and entity = 'staff'",
            "delete from raw.canonical__staff where line > 19",
            "insert into raw.rejected_rows values ('sha4', 20, 4)",
            "update raw.files set rejected = 9, accepted = 11, landed_at = '2025-12-01'"
            " where system = 'canonical' and entity = 'refunds'",
            "update raw.canonical__messages set sender_id = null where line = 3",
            "update raw.canonical__messages set message_type = 'shout' where line = 4",
            "update raw.canonical__messages set sent_at = 'yesterday' where line = 5",
            "update raw.canonical__members set member_id = '1.23E+18' where line = 3",
            "update raw.canonical__products set unit_cost = '1,200.00' where line <= 4",
            "update raw.canonical__touches set line = 3 where line = 4",
            "update raw.canonical__refunds set reason = ' late ' where line = 3",
            "update raw.canonical__feedback set landed_at = null where line = 3",
            "alter table raw.canonical__identities drop column extra",
        )
        report = worker.audit_raw(home)
        assert not report.success
        normal = "every value has its normal form"
        kinds = "text, image, voice, video, file, link, mini_program, red_packet, vote, check_in, emotion"
        assert not_passed(report) == {
            ("raw", "raw has every table and column of the catalogue"): ("fail", 1),
            ("raw.files", "lines = header + accepted + rejected + blank"): ("fail", 1),
            ("raw.files", "accepted rows are the rows in raw"): ("fail", 2),
            ("raw.files", "rejected rows are the rows set aside"): ("fail", 2),
            ("raw.files", "at most 5% of a file's rows are rejected, 7 days back"): ("warn", 1),
            ("raw.canonical__messages.sender_id", "sender_id is known"): ("fail", 1),
            (
                "raw.canonical__messages.message_type",
                f"message_type is one of {kinds}, system, other",
            ): ("fail", 1),
            ("raw.canonical__messages", normal): ("fail", 1),
            ("raw.canonical__members", normal): ("fail", 1),
            ("raw.canonical__products", normal): ("fail", 3),
            ("raw.canonical__touches", "one row per load_seq, line"): ("fail", 1),
            ("raw.canonical__refunds", normal): ("fail", 1),
            ("raw.canonical__feedback", "every row says where it comes from"): ("fail", 1),
        }

    def test_what_passed_is_counted_and_what_landed_since_is_looked_at(
        self, home: Settings, worker: QualityWorker
    ) -> None:
        record_audit(home, current_origin(home))
        change(
            home.private_db,
            "update raw.canonical__members set member_id = '1.23E+18' where line = 3",
            "insert into raw.canonical__groups select * replace ('again' as file_sha256, 900 as load_seq,"
            " null as line) from raw.canonical__groups where line = 3",
            "insert into raw.files select * replace ('again' as file_sha256, 900 as load_seq, 2 as lines,"
            " 1 as accepted) from raw.files where system = 'canonical' and entity = 'groups'",
        )
        report = worker.audit_raw(home)
        assert len(report.checks) < 20
        no_origin = ("raw.canonical__groups", "every row says where it comes from")
        assert not_passed(report) == {no_origin: ("fail", 1)}
        # Once something failed, nothing is passed by.
        change(home.private_db, "update raw.canonical__groups set line = 2 where line is null")
        old = ("raw.canonical__members", "every value has its normal form")
        assert not_passed(worker.audit_raw(home)) == {old: ("fail", 1)}
        # A row that went missing is missed, whenever it landed.
        record_audit(home, current_origin(home))
        change(home.private_db, "delete from raw.canonical__members where line = 4")
        fewer = ("raw.files", "raw has as many rows as its files brought")
        assert not_passed(worker.audit_raw(home)) == {fewer: ("fail", 1)}

    def test_what_passed_holds_for_these_files_and_this_code(self, home: Settings) -> None:
        origin = current_origin(home)
        assert take_back_audit(home, origin) is None
        record_audit(home, origin)
        assert take_back_audit(home, origin) == origin.inputs[-1].load_seq
        assert take_back_audit(home, origin) is None
        for changed in (replace(origin, code="other"), replace(origin, inputs=origin.inputs[1:])):
            record_audit(home, origin)
            assert take_back_audit(home, changed) is None

    def test_a_check_that_cannot_run_is_an_error(self, home: Settings, worker: QualityWorker) -> None:
        change(home.private_db, "alter table raw.files drop column blank")
        found = not_passed(worker.audit_raw(home))
        status, failures = found[("raw.files", "lines = header + accepted + rejected + blank")]
        assert (status, failures) == ("error", 0)
        assert {status for status, _ in found.values()} == {"error"}

    def test_empty_raw_passes(self, home: Settings, worker: QualityWorker) -> None:
        write_raw(home.private_db, rows=0)
        change(home.private_db, "delete from raw.files")
        assert not_passed(worker.audit_raw(home)) == {}

    def test_an_unreadable_file_is_said_and_the_worker_lives(
        self, home: Settings, worker: QualityWorker
    ) -> None:
        home.private_db.write_bytes(b"no database")
        with pytest.raises(ShequnError, match="quality checks could not be run") as caught:
            worker.audit_raw(home)
        assert "\n" not in str(caught.value)
        write_raw(home.private_db)
        assert worker.audit_raw(home).success


MARTS = {
    "core.dim_reporting_window": (
        "select date '2026-06-30' as as_of_date, date '2026-01-01' as history_start_date"
    ),
    "core.dim_scope": "select 'all' as scope_type, 'all' as scope_id",
    "core.dim_member": "select 'm' || i as member_id, '广州' as city from range(3) as numbers (i)",
    "marts.mart_community_kpi": (
        "select 'day' as period_type, date '2026-06-01' + cast(i as integer) as period_start,"
        " 'all' as scope_id,"
        " 10 + i as memberships_start, 3 as joins, 1 as leaves, 1 as dissolved_exits,"
        " 11 + i as memberships_end, 2 as net_growth, 0.5::double as leave_rate,"
        " -0.2::double as gross_margin_rate, 3.5::double as previous_change_rate from range(5) as numbers (i)"
    ),
    "marts.mart_rfm": "select 'm' || i as member_id, 1.0::double as share_rate from range(3) as numbers (i)",
    "marts.metric_catalog": (
        "select 'leave_rate' as metric_id, '退群率 5bfe13812345678a' as label_zh,"
        " 'mart_community_kpi' as mart, 'leave_rate' as column_name"
    ),
}
GRAINS = {"marts.mart_community_kpi": ["period_start", "scope_id"], "marts.mart_rfm": ["member_id"]}


def write_copy(path: Path) -> None:
    path.unlink(missing_ok=True)
    change(path, "create schema core", "create schema marts")
    change(path, *(f"create table {label} as {query}" for label, query in MARTS.items()))


def write_manifest(settings: Settings, copy: Path) -> None:
    """What dbt would say of the copy: its models with their columns, parents and grains."""
    nodes: dict[str, dict[str, Any]] = {}
    with duckdb.connect(copy, read_only=True) as connection:
        for label in MARTS:
            schema, name = label.split(".")
            columns = connection.execute(f"select * from {label} limit 0").description
            parents = ["model.shequn.dim_member"] if label == "marts.mart_rfm" else []
            nodes[f"model.shequn.{name}"] = {
                "unique_id": f"model.shequn.{name}",
                "resource_type": "model",
                "database": "shequn",
                "schema": schema,
                "alias": name,
                "config": {"materialized": "table"},
                "columns": {column[0]: {} for column in columns},
                "depends_on": {"nodes": parents},
            }
    for label, columns in GRAINS.items():
        name = label.split(".")[1]
        nodes[f"test.shequn.row_rules_{name}"] = {
            "resource_type": "test",
            "attached_node": f"model.shequn.{name}",
            "test_metadata": {"name": "row_rules", "kwargs": {"grain": columns}},
        }
    settings.target_dir.mkdir(exist_ok=True)
    (settings.target_dir / "manifest.json").write_text(json.dumps({"nodes": nodes}))


class TestPublished:
    @pytest.fixture
    def copy(self, home: Settings, tmp_path: Path) -> Path:
        path = tmp_path / "shequn.duckdb"
        write_copy(path)
        write_manifest(home, path)
        record_build(home, Origin((), "code", {"as_of_date": "2026-06-30"}), BuildReport(1, ()))
        return path

    def test_a_good_copy_passes(self, home: Settings, worker: QualityWorker, copy: Path) -> None:
        report = worker.audit_published(home, copy)
        assert not_passed(report) == {}
        names = {(check.where, check.name) for check in report.checks}
        assert ("marts.mart_rfm", "one row per member_id") in names
        assert ("marts.mart_community_kpi.leave_rate", "leave_rate lies between 0 and 1") in names
        assert all(check.name_zh for check in report.checks)
        assert "每个 member_id 一行" in {check.name_zh for check in report.checks}

    def test_every_planted_fault_is_named(self, home: Settings, worker: QualityWorker, copy: Path) -> None:
        kpi = "marts.mart_community_kpi"
        change(
            copy,
            "drop table marts.metric_catalog",
            "create view marts.a_view as select 1 as one",
            "create table core.int_messages as select 'hello' as content",
            "insert into marts.mart_rfm values ('m1', 1.2), ('13912345678', 0.1)",
            f"update {kpi} set memberships_end = 0, net_growth = 9 where memberships_start = 10",
            f"update {kpi} set period_start = date '2026-07-01' where memberships_start = 11",
            f"update {kpi} set leave_rate = -0.1 where memberships_start >= 13",
            "update core.dim_member set city = '联系+86 13912345678。' where member_id = 'm1'",
        )
        report = worker.audit_published(home, copy)
        assert not report.success
        assert not_passed(report) == {
            ("core, marts", "every model's table, view and column is there"): ("fail", 4),
            ("core, marts", "nothing is there but the models' tables and views"): ("fail", 2),
            ("core, marts", "no private column is published"): ("fail", 1),
            ("core.dim_member", "no text holds a phone number"): ("fail", 1),
            ("marts.mart_community_kpi", "no period starts after the last day"): ("fail", 1),
            ("marts.mart_community_kpi.leave_rate", "leave_rate lies between 0 and 1"): ("fail", 2),
            (
                "marts.mart_community_kpi.memberships_end",
                "memberships_end = memberships_start + joins - leaves - dissolved_exits",
            ): ("fail", 1),
            ("marts.mart_community_kpi.net_growth", "net_growth = joins - leaves"): ("fail", 1),
            ("marts.mart_rfm", "one row per member_id"): ("fail", 1),
            ("marts.mart_rfm", "no id is a phone number"): ("warn", 1),
            ("marts.mart_rfm.share_rate", "share_rate lies between 0 and 1"): ("fail", 1),
        }

    def test_empty_marts_and_dangling_metrics(
        self, home: Settings, worker: QualityWorker, copy: Path
    ) -> None:
        change(
            copy,
            "delete from marts.mart_community_kpi",
            "delete from marts.mart_rfm",
            "update marts.metric_catalog set column_name = 'quitters'",
            "update core.dim_reporting_window set history_start_date = date '1970-01-01'",
        )
        assert not_passed(worker.audit_published(home, copy)) == {
            ("marts.mart_community_kpi", "has rows, since a group has members or messages"): ("fail", 1),
            ("marts.mart_rfm", "has rows, since all that it is made from has"): ("warn", 1),
            ("marts.metric_catalog", "every metric names a column that is there"): ("fail", 1),
            (
                "core.dim_reporting_window",
                "history is at most 20 years long; else a date is wrong, or set history_start_date",
            ): ("warn", 1),
        }

    def test_of_a_large_table_the_rows_that_came_are_looked_at(
        self, home: Settings, worker: QualityWorker, copy: Path
    ) -> None:
        change(
            copy,
            "insert into marts.mart_rfm select 'n' || i, 0.5 from range(1000000) as numbers (i)",
            "insert into marts.mart_rfm values ('m1', 1.5)",
        )
        rate = ("marts.mart_rfm.share_rate", "share_rate lies between 0 and 1")
        whole = {rate: ("fail", 1), ("marts.mart_rfm", "one row per member_id"): ("fail", 1)}
        home.private_db.unlink(missing_ok=True)
        change(
            home.private_db,
            "create schema changes",
            'create table changes.finished_build as select \'{"fingerprint": "a"}\' as origin',
            "create table changes.mart_rfm as select 'added' as change, 'n' || i as member_id,"
            " 2.0 - i as share_rate from range(2) as numbers (i) union all select 'removed', 'n0', 7.0",
        )
        version = home.published_dir / "v1-0123456789ab"
        version.mkdir()
        (version / "manifest.json").write_text('{"fingerprint": "a"}')
        assert not_passed(worker.audit_published(home, copy)) == {rate: ("fail", 1)}
        # The build that these rows came upon was refused: nobody has looked at the others.
        (version / "manifest.json").write_text('{"fingerprint": "b"}')
        assert not_passed(worker.audit_published(home, copy)) == whole
        shutil.rmtree(version)
        home.private_db.unlink()

    def test_an_empty_warehouse_passes(self, home: Settings, worker: QualityWorker, copy: Path) -> None:
        change(copy, *(f"delete from {label}" for label in MARTS))
        assert not_passed(worker.audit_published(home, copy)) == {}

    @pytest.mark.parametrize(
        ("as_of", "status"),
        [("current_date + 9", "fail"), ("current_date", None), ("date '2026-06-30'", "warn")],
    )
    def test_the_age_of_the_data_counts_where_no_day_was_asked_for(
        self, home: Settings, worker: QualityWorker, copy: Path, as_of: str, status: str | None
    ) -> None:
        record_build(home, Origin((), "code", {}), BuildReport(1, ()))
        change(copy, f"update core.dim_reporting_window set as_of_date = {as_of}")
        if as_of == "current_date":
            change(copy, "update core.dim_reporting_window set history_start_date = current_date")
        report = worker.audit_published(home, copy)
        assert {found for found, _ in not_passed(report).values()} == ({status} if status else set())


def test_data_docs_are_kept_and_pruned(home: Settings, worker: QualityWorker) -> None:
    for number in range(40):
        run = home.quality_dir / f"20250101T0000{number:02}000000-raw"
        run.mkdir()
        summary = {"suite": "raw", "at": "2025", "success": True, "checks": 1, "not_passed": []}
        (run / "summary.json").write_text(json.dumps(summary))
    (home.quality_dir / ".tmp-dead").mkdir()
    write_raw(home.private_db, rows=0)
    change(home.private_db, "update raw.files set lines = 1, accepted = 0")
    # The pages are written after the answer; the second answer says that the first pages are there.
    for _ in range(2):
        assert worker.audit_raw(home).success
    runs = sorted(path.name for path in home.quality_dir.glob("2*"))
    assert len(runs) == 30
    newest = home.quality_dir / runs[-1]
    assert not newest.name.startswith("20250101")
    assert f'href="{newest.name}/index.html"' in (home.quality_dir / "index.html").read_text()
    assert (newest / "index.html").exists()
    pages = [page.read_text(encoding="utf-8") for page in newest.rglob("*.html")]
    assert any("Expectation" in page for page in pages)
    fetched = [tag for page in pages for tag in re.findall(r"<(?:script|link|img)\b[^>]*//[^>]*>", page)]
    assert fetched == []
    assert len(list((newest / "validations").rglob("*.html"))) == 1
    assert (newest / "static" / "styles").exists()
    assert not (home.quality_dir / ".tmp-dead").exists()


def test_a_worker_that_dies_is_said(home: Settings, tmp_path: Path) -> None:
    place = replace(home, home=tmp_path / "home")
    with QualityWorker(place) as worker:
        worker.start()
        worker._process.kill()  # type: ignore[union-attr]
        with pytest.raises(ShequnError, match="the worker ended"):
            worker.audit_raw(place)


def test_a_worker_that_was_not_needed_is_not_waited_for(home: Settings) -> None:
    with QualityWorker(home) as worker:
        worker.start()
        started = time.monotonic()
    assert time.monotonic() - started < 2
