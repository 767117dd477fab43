"""Small homes with hand-made build files, for tests of what comes after building."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from orchestration.building.record import record_build
from orchestration.fingerprint import Origin
from orchestration.publishing import verify_version
from orchestration.publishing.versions import DATABASE_NAME, current_version
from orchestration.reports import AuditReport, BuildReport, CheckResult
from orchestration.settings import Settings, load_settings

STORAGE = {"storage_compatibility_version": "latest"}


def make_home(place: Path, **arguments: Any) -> Settings:
    """An empty home with its folders."""
    settings = load_settings(home=place, **arguments)
    settings.create_folders()
    settings.exports.mkdir()
    return settings


def write_warehouse(settings: Settings, value: int) -> None:
    """A build file whose only mart holds `value`."""
    settings.warehouse_db.unlink(missing_ok=True)
    with duckdb.connect(settings.warehouse_db, config=STORAGE) as connection:
        connection.execute("create schema core; create schema marts")
        connection.execute(
            "create table core.dim_reporting_window as"
            " select date '2026-06-30' as as_of_date, date '2026-01-01' as history_start_date"
        )
        connection.execute(f"create table marts.mart_tiny as select {value} as value from range({value})")


def finish_build(settings: Settings, value: int, inputs: tuple[Any, ...] = ()) -> None:
    """A warehouse and the record that lets it be published."""
    write_warehouse(settings, value)
    check = CheckResult("dbt_test", "tiny", "mart_tiny", "pass")
    record_build(settings, Origin(inputs, f"code{value}", {}), BuildReport(1, (check,)))


def audit_passes(_copy: Path) -> AuditReport:
    return AuditReport("published", (CheckResult("expectation", "is fine", "marts.mart_tiny", "pass"),))


def audit_fails(_copy: Path) -> AuditReport:
    check = CheckResult("expectation", "is fine", "marts.mart_tiny", "fail", 3, "3 rows fail")
    return AuditReport("published", (check,))


def published_value(settings: Settings) -> int | None:
    """What readers see, after looking whether it is whole; None where nothing is published."""
    version = current_version(settings)
    if version is None:
        assert not settings.current_link.is_symlink(), "current names a version that is not whole"
        return None
    verify_version(settings, version)
    path = settings.published_dir / version.name / DATABASE_NAME
    with duckdb.connect(path, read_only=True) as connection:
        value, rows = connection.execute("select max(value), count(*) from marts.mart_tiny").fetchone() or (
            None,
            0,
        )
    assert value == rows == version.manifest["tables"]["marts.mart_tiny"]
    return int(value)


def run_in_fork(action: Callable[[], None]) -> int:
    """Run `action` in a forked child; its exit code, or minus the signal that ended it."""
    import os

    pid = os.fork()
    if pid == 0:
        try:
            action()
        except BaseException:
            import traceback

            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
