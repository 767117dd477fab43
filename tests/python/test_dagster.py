"""The Dagster side: definitions, the whole job in process, and a real `dagster dev` that the inbox wakes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import dagster as dg
import pytest
import yaml

from orchestration.landing.catalogue import load_catalogue
from orchestration.lock import writer_lock
from orchestration.publishing import current_version, list_versions
from orchestration.reports import AuditReport, CheckResult
from orchestration.settings import Settings, load_settings

EXPORTS = Path(__file__).parent.parent / "fixtures" / "golden" / "exports"
DEV_SECONDS = 600


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A home with a small inbox, named by SHEQUN_HOME as Dagster's processes expect."""
    home = tmp_path_factory.mktemp("dagster") / "home"
    shutil.copytree(EXPORTS, home / "exports")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHEQUN_HOME", str(home))
        patch.setenv("DAGSTER_DISABLE_TELEMETRY", "1")
        yield load_settings()


@pytest.fixture(scope="module")
def defs(settings: Settings) -> dg.Definitions:
    from orchestration.definitions import defs

    return defs


def run_job(defs: dg.Definitions) -> dg.ExecuteInProcessResult:
    with dg.DagsterInstance.ephemeral() as instance:
        return defs.resolve_job_def("refresh_job").execute_in_process(instance=instance, raise_on_error=False)


def materialised(result: dg.ExecuteInProcessResult) -> dict[str, dict[str, Any]]:
    return {
        event.asset_key.to_user_string(): {
            name: value.value
            for name, value in event.step_materialization_data.materialization.metadata.items()
        }
        for event in result.get_asset_materialization_events()
        if event.asset_key is not None
    }


def test_definitions_load(defs: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(defs)


def test_the_manifest_of_older_code_goes_only_when_nobody_can_be_using_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestration.assets import manifest

    def parse(settings: Settings, project_dir: Path, target: Path) -> None:
        target.mkdir(parents=True)
        (target / "manifest.json").write_text('{"code": "now"}')
        # Another process finishes the same code first.
        (place / "code-now").mkdir()
        (place / "code-now" / "manifest.json").write_text('{"code": "theirs"}')
        os.utime(place / "code-now", (1_700_000_000, 1_700_000_000))

    home = load_settings(tmp_path / "home")
    place = home.build_dir / "manifests"
    monkeypatch.setattr(manifest, "_parse", parse)
    monkeypatch.setattr(manifest, "code_fingerprint", lambda _: "code-now")
    for name in (".tmp-parsing", ".tmp-killed", "code-before", "code-long-ago"):
        (place / name).mkdir(parents=True)
    for name in (".tmp-killed", "code-long-ago"):
        os.utime(place / name, (1_700_000_000, 1_700_000_000))
    assert manifest.prepare_manifest(home) == {"code": "theirs"}
    assert {path.name for path in place.iterdir()} == {"code-now", ".tmp-parsing", "code-before"}


def test_lineage_runs_from_the_inbox_to_the_published_version(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    landed = {key for key in graph.get_all_asset_keys() if key.path[0] == "raw"}
    entities = {f"{entity.system}__{entity.name}" for entity in load_catalogue().entities}
    assert {key.path[1] for key in landed} == entities | {"files", "rejected_rows"}
    assert graph.external_asset_keys == set(), "a dbt source that no landing step makes"
    upstream = graph.get_ancestor_asset_keys(dg.AssetKey("published_version"))
    assert upstream >= {key for key in graph.get_all_asset_keys() if key.path[0] in ("core", "marts")}
    assert landed - {dg.AssetKey(["raw", "rejected_rows"])} <= upstream


def test_both_suites_block(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    suites = {key.name: graph.get(key) for key in graph.asset_check_keys if key.name.endswith("_suite")}
    assert {name: node.blocking for name, node in suites.items()} == {
        "raw_suite": True,
        "published_suite": True,
    }


def test_the_morning_and_the_inbox_start_it(defs: dg.Definitions) -> None:
    schedule = defs.resolve_schedule_def("morning_refresh")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("30 6 * * *", "Asia/Shanghai")
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    assert defs.resolve_sensor_def("inbox_sensor").default_status == dg.DefaultSensorStatus.RUNNING
    assert defs.resolve_job_def("refresh_job").executor_def == dg.in_process_executor


def test_the_report_is_written_on_monday_and_not_by_every_refresh(defs: dg.Definitions) -> None:
    schedule = defs.resolve_schedule_def("monday_report")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("30 7 * * 1", "Asia/Shanghai")
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    keys = {
        name: defs.resolve_job_def(name).asset_layer.selected_asset_keys
        for name in ("refresh_job", "report_job")
    }
    report = dg.AssetKey("weekly_report")
    assert keys["report_job"] == {report}
    assert report not in keys["refresh_job"]
    assert dg.AssetKey("published_version") in keys["refresh_job"]


def test_the_sensor_asks_once_for_each_state_of_the_inbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestration.assets.triggers import inbox_sensor

    monkeypatch.setenv("SHEQUN_HOME", str(tmp_path))
    folder = tmp_path / "exports" / "canonical"
    folder.mkdir(parents=True)

    def ask(cursor: str | None) -> tuple[bool, str | None]:
        with dg.DagsterInstance.ephemeral() as instance:
            context = dg.build_sensor_context(instance=instance, cursor=cursor)
            return isinstance(inbox_sensor(context), dg.RunRequest), context.cursor

    assert ask(None) == (False, None)
    (folder / "members.csv").write_text("member_id\nm1\n")
    assert ask(None) == (False, None), "the file has just changed"
    os.utime(folder / "members.csv", (1_700_000_000, 1_700_000_000))
    asked, cursor = ask(None)
    assert asked and cursor
    assert ask(cursor) == (False, cursor)
    (folder / ".members.csv.part").write_text("hidden")
    assert ask(cursor) == (False, cursor)
    (folder / "orders.csv").write_text("order_id\n")
    os.utime(folder / "orders.csv", (1_700_000_001, 1_700_000_001))
    asked, later = ask(cursor)
    assert asked and later != cursor


def test_a_failing_audit_of_raw_stops_everything_behind_it(
    defs: dg.Definitions, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestration.quality import QualityWorker

    check = CheckResult("expectation", "lines add up", "raw.files", "fail", 1, "one file does not add up")
    monkeypatch.setattr(QualityWorker, "start", lambda self: None)
    monkeypatch.setattr(QualityWorker, "audit_raw", lambda *_: AuditReport("raw", (check,)))
    result = run_job(defs)
    failed = [each.check_name for each in result.get_asset_check_evaluations() if not each.passed]
    assert failed == ["raw_suite"]
    assert "raw/canonical__messages" in materialised(result)
    assert not any(name.startswith(("core", "marts", "published")) for name in materialised(result))
    assert current_version(settings) is None


def test_an_inbox_that_nobody_can_read_publishes_nothing(
    defs: dg.Definitions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestration.quality import QualityWorker

    monkeypatch.setenv("SHEQUN_HOME", str(tmp_path))
    monkeypatch.setattr(QualityWorker, "start", lambda self: None)
    folder = tmp_path / "exports" / "canonical"
    folder.mkdir(parents=True)
    (folder / "members.csv").touch()
    os.utime(folder / "members.csv", (1_700_000_000, 1_700_000_000))
    result = run_job(defs)
    assert not result.success
    failure = next(event for event in result.all_events if event.event_type_value == "STEP_FAILURE")
    assert failure.step_key == "landing_ledger"
    assert "canonical/members.csv" in str(failure.step_failure_data.user_failure_data)
    assert current_version(load_settings()) is None


def test_somebody_elses_lock_is_waited_for_and_respected(
    defs: dg.Definitions, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestration.assets import warehouse

    monkeypatch.setattr(warehouse, "LOCK_RETRIES", 1)
    monkeypatch.setattr(warehouse, "LOCK_RETRY_SECONDS", 0)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys\nfrom orchestration.lock import writer_lock\n"
            "from orchestration.settings import load_settings\n"
            "with writer_lock(load_settings(), 'test'):\n    print('held', flush=True)\n    sys.stdin.read()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None and holder.stdout.readline() == "held\n"
    result = run_job(defs)
    holder.communicate()
    assert not result.success
    assert materialised(result) == {}
    retried = [event for event in result.all_events if event.event_type_value == "STEP_UP_FOR_RETRY"]
    assert retried


def test_the_whole_job_publishes_and_a_second_one_finds_nothing_new(
    defs: dg.Definitions, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Somebody may be editing models while the test runs; that would rightly be something new.
    monkeypatch.setattr("orchestration.fingerprint.code_fingerprint", lambda *_: "code at rest")
    result = run_job(defs)
    assert result.success
    made = materialised(result)
    version = current_version(settings)
    assert version is not None
    everything = {key.to_user_string() for key in defs.resolve_all_asset_keys()}
    assert set(made) == everything - {"weekly_report"}, "the report has a job of its own"
    assert made["published_version"]["version"] == version.name
    assert made["marts/mart_rfm"]["dagster/row_count"] == version.manifest["tables"]["marts.mart_rfm"]
    checks = result.get_asset_check_evaluations()
    assert {check.check_name for check in checks if not check.passed} <= {"figures_are_recent"}
    assert {"raw_suite", "published_suite"} <= {check.check_name for check in checks}
    assert version.manifest["checks"]["counts"].keys() == {"dbt_test", "expectation"}
    with writer_lock(settings, "test"):
        pass

    again = run_job(defs)
    assert again.success
    assert not any(name.startswith(("core", "marts", "published")) for name in materialised(again))
    assert [each.name for each in list_versions(settings)] == [version.name]


@pytest.fixture
def dagster_dev(settings: Settings) -> Iterator[int]:
    """What `make dagster` starts, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = settings.home / "dev.log"
    with log.open("w") as stream:
        process = subprocess.Popen(
            # As in the background of a script, where SIGINT is ignored.
            ["sh", "-c", f"trap '' INT; exec {sys.executable} -m orchestration.assets.instance {port}"],
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
    try:
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def test_a_real_dagster_lands_what_is_dropped_into_the_inbox(settings: Settings, dagster_dev: int) -> None:
    before = {version.name for version in list_versions(settings)}
    late = settings.exports / "canonical" / "members.dropped.csv"
    late.write_text("member_id,city\nm-dropped,成都\n", encoding="utf-8")
    os.utime(late, (1_700_000_000, 1_700_000_000))
    deadline = time.monotonic() + DEV_SECONDS
    while {version.name for version in list_versions(settings)} == before:
        assert time.monotonic() < deadline, (settings.home / "dev.log").read_text()[-3000:]
        time.sleep(1)
    version = current_version(settings)
    assert version is not None
    assert "canonical/members.dropped.csv" in {each["path"] for each in version.manifest["inputs"]}
    with urlopen(f"http://127.0.0.1:{dagster_dev}/server_info", timeout=30) as answer:
        assert json.load(answer)["dagster_version"]
    assert listening_addresses(dagster_dev) == {"0100007F"}
    configuration = yaml.safe_load((settings.home / "dagster" / "dagster.yaml").read_text())
    assert configuration["telemetry"] == {"enabled": False}


def listening_addresses(port: int) -> set[str]:
    """Addresses (hex, as the kernel lists them) on which somebody listens on `port`, IPv4 and IPv6."""
    lines = [
        line.split()
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        for line in Path(table).read_text().splitlines()[1:]
    ]
    local = [fields[1].split(":") for fields in lines if fields[3] == "0A"]
    return {address for address, found in local if int(found, 16) == port}
