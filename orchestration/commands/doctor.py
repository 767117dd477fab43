"""Looks whether everything a refresh needs is in order, and says what to do where it is not."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from rich.text import Text

from orchestration.commands.console import output
from orchestration.commands.frame import Context, write_document
from orchestration.commands.status import lock_holder
from orchestration.errors import EXIT_FAILURE, EXIT_OK, ShequnError
from orchestration.inbox import inbox_files
from orchestration.messages import say
from orchestration.reporting.printing import find_browser, has_chinese_font
from orchestration.settings import PROJECT_DIR, Settings

SUPPORTED_PYTHON = ((3, 11), (3, 13))
# A build and two copies of a published file of the size that is there, and never less than this.
FREE_FACTOR = 2.2
FREE_BYTES = 500_000_000
PINNED = ("dbt-core", "dbt-duckdb", "duckdb", "dagster", "dagster-dbt", "great-expectations")
LEVEL_MARKS = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "fail": ("✗", "red")}


@dataclass(frozen=True)
class Finding:
    """One look; `key` with `params` is its sentence under `cli.doctor.`."""

    name: str
    level: Literal["ok", "warn", "fail"]
    key: str
    params: dict[str, Any] = field(default_factory=dict)


def examine(settings: Settings) -> list[Finding]:
    """All findings, in the order a person would look."""
    looks: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
        _python,
        _packages,
        _timezone,
        _home,
        _free_space,
        _inbox,
        _private_rooms,
        _writer,
        _build_file,
        _published,
        _printing,
    )
    return [finding for look in looks for finding in look(settings)]


def _python(settings: Settings) -> Iterator[Finding]:
    low, high = SUPPORTED_PYTHON
    running = sys.version.split()[0]
    level: Literal["ok", "fail"] = "ok" if low <= sys.version_info[:2] < high else "fail"
    yield Finding("python", level, f"python_{level}", {"version": running})


def _packages(settings: Settings) -> Iterator[Finding]:
    locked = _locked_versions()
    for name in PINNED:
        try:
            installed = version(name)
        except PackageNotFoundError:
            yield Finding(name, "fail", "package_missing", {"name": name})
            continue
        wanted = locked.get(name, installed)
        is_same = installed == wanted
        yield Finding(
            name,
            "ok" if is_same else "warn",
            "package_ok" if is_same else "package_other",
            {"name": name, "installed": installed, "wanted": wanted},
        )


def _locked_versions() -> dict[str, str]:
    lock = PROJECT_DIR / "requirements.lock"
    if not lock.exists():
        return {}
    pins = (
        line.split()[0].split("==") for line in lock.read_text().splitlines() if "==" in line.split(" ")[0]
    )
    return dict(pins)


def _printing(settings: Settings) -> Iterator[Finding]:
    """What PDF and PNG of `shequn report` need of the machine; all else does without."""
    browser = find_browser()
    if browser is None:
        yield Finding("browser", "warn", "browser_missing")
    else:
        yield Finding("browser", "ok", "browser_ok", {"path": browser})
    is_readable = has_chinese_font()
    yield Finding("font", "ok" if is_readable else "warn", "font_ok" if is_readable else "font_missing")


def _timezone(settings: Settings) -> Iterator[Finding]:
    yield Finding("timezone", "ok", "timezone_ok", {"timezone": settings.business_timezone})


def _home(settings: Settings) -> Iterator[Finding]:
    place = next(path for path in (settings.home, *settings.home.parents) if path.exists())
    is_writable = place.is_dir() and os.access(place, os.W_OK)
    yield Finding(
        "home",
        "ok" if is_writable else "fail",
        "home_ok" if is_writable else "home_fail",
        {"path": settings.home},
    )


def _free_space(settings: Settings) -> Iterator[Finding]:
    place = next(path for path in (settings.home, *settings.home.parents) if path.exists())
    free = shutil.disk_usage(place).free
    size = settings.warehouse_db.stat().st_size if settings.warehouse_db.exists() else 0
    needed = max(FREE_BYTES, int(FREE_FACTOR * size))
    is_enough = free >= needed
    yield Finding(
        "disk",
        "ok" if is_enough else "warn",
        "disk_ok" if is_enough else "disk_warn",
        {"free": f"{free / 1e9:.1f} GB", "needed": f"{needed / 1e9:.1f} GB"},
    )


def _inbox(settings: Settings) -> Iterator[Finding]:
    params = {"path": settings.exports}
    if not settings.exports.is_dir():
        yield Finding("inbox", "warn", "inbox_missing", params)
        return
    unreadable = [path for path in inbox_files(settings) if not os.access(path, os.R_OK)]
    if unreadable:
        yield Finding("inbox", "fail", "inbox_unreadable", {"path": unreadable[0], "files": len(unreadable)})
        return
    yield Finding("inbox", "ok", "inbox_ok", params | {"files": sum(1 for _ in inbox_files(settings))})


def _private_rooms(settings: Settings) -> Iterator[Finding]:
    rooms = (settings.build_dir, settings.vault_dir, settings.logs_dir, settings.quality_dir)
    open_rooms = [room for room in rooms if room.exists() and stat.S_IMODE(room.stat().st_mode) & 0o077]
    for room in open_rooms:
        yield Finding("permissions", "fail", "permissions_fail", {"path": room})
    if not open_rooms:
        yield Finding("permissions", "ok", "permissions_ok")


def _writer(settings: Settings) -> Iterator[Finding]:
    holder = lock_holder(settings)
    if holder is None:
        yield Finding("writer", "ok", "writer_ok")
    else:
        yield Finding("writer", "warn", "writer_busy", holder)


def _build_file(settings: Settings) -> Iterator[Finding]:
    """Whether the two build files open; not tried while somebody writes."""
    import duckdb

    if lock_holder(settings) is not None:
        return
    for path in (settings.private_db, settings.warehouse_db):
        if not path.exists():
            continue
        try:
            duckdb.connect(str(path), read_only=True).close()
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            yield Finding("build", "fail", "build_fail", {"path": path, "reason": reason})
        else:
            yield Finding("build", "ok", "build_ok", {"path": path})


def _published(settings: Settings) -> Iterator[Finding]:
    from orchestration.publishing import current_version, verify_version

    if settings.current_link.is_symlink() and not settings.published_db.exists():
        yield Finding("published", "fail", "published_dangling", {"path": settings.current_link})
        return
    current = current_version(settings)
    if current is None:
        yield Finding("published", "warn", "published_none")
        return
    try:
        verify_version(settings, current)
    except ShequnError:
        yield Finding("published", "fail", "published_damaged", {"version": current.name})
    else:
        as_of = current.manifest["as_of_date"] or "–"
        yield Finding("published", "ok", "published_ok", {"version": current.name, "as_of": as_of})
    yield from _leftovers(settings.published_dir)


def _leftovers(published: Path) -> Iterator[Finding]:
    left = sorted(path.name for path in published.glob(".tmp-*"))
    if left:
        yield Finding("published", "warn", "leftovers", {"names": ", ".join(left)})


def doctor_command(context: Context, settings: Settings) -> int:
    """Print every finding; exit 1 where one needs repair."""
    findings = examine(settings)
    exit_code = EXIT_FAILURE if any(finding.level == "fail" for finding in findings) else EXIT_OK
    sentences = [say(f"cli.doctor.{item.key}", context.lang, **item.params) for item in findings]
    if context.as_json:
        write_document(
            {
                "exit_code": exit_code,
                "findings": [
                    {"name": finding.name, "level": finding.level, "message": sentence}
                    for finding, sentence in zip(findings, sentences, strict=True)
                ],
            }
        )
        return exit_code
    console = output()
    for finding, sentence in zip(findings, sentences, strict=True):
        mark, style = LEVEL_MARKS[finding.level]
        console.print(Text.assemble((mark, style), " ", sentence), soft_wrap=True)
    return exit_code
