"""The whole way with stand-ins for landing, dbt and Great Expectations: when what runs, and what stays."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from homes import audit_fails, audit_passes, finish_build, make_home, published_value

from orchestration import refresh as refresh_module
from orchestration.building.record import record_build
from orchestration.child import child_environment
from orchestration.errors import EXIT_LOCKED, EXIT_REFUSED, ShequnError
from orchestration.fingerprint import current_origin
from orchestration.lock import writer_lock
from orchestration.progress import Progress
from orchestration.publishing import list_versions, rollback
from orchestration.publishing import publisher as publisher_module
from orchestration.refresh import RefreshRefused, refresh
from orchestration.reports import AuditReport, BuildReport, CheckResult, FileOutcome, LandingReport
from orchestration.settings import Settings

PASSED = CheckResult("dbt_test", "tiny", "mart_tiny", "pass")


class House:
    """Stand-ins for the steps; `calls` says which ran, `broken` makes one fail."""

    def __init__(self, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        self.settings = settings
        self.calls: list[str] = []
        self.broken: dict[str, CheckResult | BaseException] = {}
        self.refused: list[str] = []
        self.value = 0
        monkeypatch.setattr(refresh_module, "land_inbox", self._land)
        monkeypatch.setattr(refresh_module, "build_models", self._build)
        monkeypatch.setattr(refresh_module, "QualityWorker", lambda settings: self)
        monkeypatch.setattr(publisher_module, "checkpoint", lambda path: None)

    def drop(self, name: str) -> None:
        """Put a file into the inbox."""
        (self.settings.exports / name).write_text(name)

    def _land(self, settings: Settings, _progress: Progress) -> LandingReport:
        self.calls.append("land")
        outcomes = [FileOutcome(name, "refused", code="E_EMPTY") for name in self.refused]
        with duckdb.connect(settings.private_db) as connection:
            connection.execute("create schema if not exists raw")
            connection.execute(
                "create table if not exists raw.files (path text, file_sha256 text, system text, entity text,"
                " status text, load_seq bigint, accepted bigint, rejected bigint)"
            )
            known = {row[0] for row in connection.execute("select path from raw.files").fetchall()}
            for path in sorted(settings.exports.iterdir()):
                status: Any = "unchanged" if path.name in known else "landed"
                outcomes.append(FileOutcome(path.name, status))
                if status == "landed":
                    values = [path.name, f"sha {path.name}", len(known) + len(outcomes)]
                    connection.execute(
                        "insert into raw.files values ($1, $2, 'c', 'e', 'landed', $3, 1, 0)", values
                    )
        return LandingReport(tuple(outcomes))

    def _build(
        self, settings: Settings, _progress: Progress, full_refresh: bool, project_dir: Path
    ) -> BuildReport:
        self.calls.append("full build" if full_refresh else "build")
        origin = current_origin(settings, project_dir)
        self.value += 1
        finish_build(settings, self.value)
        checks = (PASSED, *self._broken_check("build"))
        report = BuildReport(1, checks)
        record_build(settings, origin, report)
        return report

    def _broken_check(self, step: str) -> list[CheckResult]:
        fault = self.broken.get(step)
        if isinstance(fault, BaseException):
            raise fault
        return [fault] if fault is not None else []

    def __enter__(self) -> House:
        return self

    def __exit__(self, *_: object) -> None:
        self.calls.append("worker closed")

    def start(self) -> None:
        self.calls.append("worker started")

    def audit_raw(self, _settings: Settings, anew: bool) -> AuditReport:
        self.calls.append("audit all raw" if anew else "audit raw")
        return AuditReport("raw", (PASSED, *self._broken_check("raw")))

    def audit_published(self, _settings: Settings, copy: Path) -> AuditReport:
        self.calls.append("audit published")
        self._broken_check("published")
        return audit_fails(copy) if "published" in self.broken else audit_passes(copy)

    def refresh(self, **arguments: Any) -> Any:
        self.calls.clear()
        return refresh(self.settings, Progress(), **arguments)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    return House(make_home(tmp_path / "home"), monkeypatch)


FAILED = CheckResult("dbt_test", "unique_id", "mart_tiny.id", "fail", 3, "3 rows fail unique_id")
BROKEN = CheckResult("expectation", "is known", "raw.files", "error", 0, "no such column")


def test_first_refresh_publishes_even_from_an_empty_inbox(house: House) -> None:
    report = house.refresh()
    assert report.published.name == list_versions(house.settings)[0].name
    assert (report.nothing_new, report.raw_audit.success, report.build.models) == (False, True, 1)
    assert published_value(house.settings) == 1
    assert house.calls[:3] == ["worker started", "land", "audit raw"]


def test_nothing_new_builds_and_publishes_nothing(house: House) -> None:
    house.drop("a")
    first = house.refresh()
    second = house.refresh()
    assert second.nothing_new
    assert second.published is None
    assert "build" not in house.calls
    assert "audit raw" not in house.calls
    assert "worker started" not in house.calls
    assert [version.name for version in list_versions(house.settings)] == [first.published.name]


def test_new_data_choices_and_full_refresh_make_a_new_version(house: House) -> None:
    house.refresh()
    house.drop("b")
    assert house.refresh().published.manifest["build_id"] == 2
    house.settings = replace(house.settings, dbt_vars={"rfm_window_days": 30})
    assert house.refresh().published.manifest["build_id"] == 3
    assert house.refresh().nothing_new
    assert house.refresh(full_refresh=True).published.manifest["build_id"] == 4
    assert house.calls[1:3] == ["audit all raw", "full build"]


def test_a_run_that_landed_but_never_published_is_made_good(house: House) -> None:
    house.refresh()
    house.drop("b")
    house.broken["build"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        house.refresh()
    assert published_value(house.settings) == 1
    house.broken.clear()
    report = house.refresh()
    assert not report.landing.with_status("landed")
    assert report.published.manifest["build_id"] == 2
    assert [item["path"] for item in report.published.manifest["inputs"]] == ["b"]


@pytest.mark.parametrize("fault", [FAILED, BROKEN])
@pytest.mark.parametrize("step", ["raw", "build", "published"])
def test_a_check_that_does_not_pass_keeps_the_last_good_version(
    house: House, step: str, fault: CheckResult
) -> None:
    house.refresh()
    house.drop("bad")
    house.broken[step] = fault
    if step == "published":
        fault = CheckResult("expectation", "is fine", "marts.mart_tiny", "fail", 3, "3 rows fail")
        house.audit_published = lambda _settings, copy: audit_fails(copy)  # type: ignore[method-assign]
    with pytest.raises(RefreshRefused) as caught:
        house.refresh()
    assert caught.value.exit_code == EXIT_REFUSED
    assert caught.value.key == f"refresh.{fault.status}_in_{step}"
    for language in ("en", "zh"):
        sentence = caught.value.text(language)
        assert fault.name in sentence
        assert fault.where in sentence
    report = caught.value.report
    assert [outcome.path for outcome in report.landing.with_status("landed")] == ["bad"]
    assert report.published is None
    seen = {"raw": report.raw_audit, "build": report.build, "published": report.published_audit}[step]
    assert fault in seen.checks  # type: ignore[union-attr]
    assert published_value(house.settings) == 1
    assert house.calls[-1] == "worker closed"


def test_a_warning_is_told_and_published(house: House) -> None:
    house.broken["raw"] = replace(FAILED, status="warn")
    version = house.refresh().published
    assert version.manifest["checks"]["not_passed"][0]["name"] == "unique_id"


def test_nothing_is_published_where_no_file_could_be_read(house: House) -> None:
    house.refused = ["page.csv"]
    with pytest.raises(RefreshRefused, match=r"page\.csv") as caught:
        house.refresh()
    assert (caught.value.key, caught.value.exit_code) == ("refresh.all_refused", EXIT_REFUSED)
    assert published_value(house.settings) is None and "build" not in house.calls
    house.drop("good")
    assert house.refresh().published is not None


def test_strict_publishes_nothing_with_a_refused_file(house: House) -> None:
    house.drop("good")
    house.refused = ["empty.csv"]
    with pytest.raises(RefreshRefused, match=r"empty\.csv") as caught:
        house.refresh(strict=True)
    assert caught.value.exit_code == EXIT_REFUSED
    assert published_value(house.settings) is None
    assert house.refresh().published is not None


def test_a_rollback_outlives_a_refresh_with_nothing_new(house: House) -> None:
    house.refresh()
    house.drop("b")
    house.refresh()
    rollback(house.settings, "v1")
    assert house.refresh().nothing_new
    assert published_value(house.settings) == 1
    house.drop("c")
    house.refresh()
    assert published_value(house.settings) == 3


def test_a_version_that_was_named_but_never_shown_is_shown(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.refresh()
    house.drop("b")
    with monkeypatch.context() as patched:
        patched.setattr(publisher_module, "point_current", lambda settings, name: None)
        house.refresh()
    assert published_value(house.settings) == 1
    assert house.refresh().nothing_new
    assert published_value(house.settings) == 2


def test_a_newest_version_that_is_gone_is_made_again(house: House) -> None:
    first = house.refresh().published
    (house.settings.published_dir / first.name / "shequn.duckdb").unlink()
    assert house.refresh().published.manifest["build_id"] == 2
    assert published_value(house.settings) == 2


def test_leftovers_of_a_killed_run_go_first(house: House) -> None:
    house.refresh()
    (house.settings.published_dir / ".tmp-dead").mkdir()
    house.refresh()
    assert not list(house.settings.published_dir.glob(".tmp-*"))


def test_another_writer_is_told_before_anything_is_touched(house: House) -> None:
    with writer_lock(house.settings, "refresh"), pytest.raises(ShequnError) as caught:
        house.refresh()
    assert caught.value.exit_code == EXIT_LOCKED
    assert house.calls == []


def test_the_lock_spans_every_step(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(step: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **named: Any) -> Any:
            with pytest.raises(ShequnError), writer_lock(house.settings, "intruder"):
                pass
            return step(*arguments, **named)

        return run

    for name in ("land_inbox", "build_models", "publish"):
        monkeypatch.setattr(refresh_module, name, locked(getattr(refresh_module, name)))
    house.refresh()
    with writer_lock(house.settings, "after"):
        pass


def test_importing_the_refresh_loads_no_heavy_tool() -> None:
    program = (
        "import sys, orchestration.refresh\n"
        "print([name for name in ('great_expectations', 'dbt', 'dagster', 'pandas') if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=child_environment(), check=True
    )
    assert result.stdout.strip() == "[]"
