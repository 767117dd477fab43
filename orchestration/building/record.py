"""What the publisher knows about the build file: what it was made from, and that its tests passed.

The record is removed before a build touches the file and written after the last test passed, so a build
that was killed, failed or refused has none and is never published.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from orchestration.fingerprint import Origin
from orchestration.reports import BuildReport, CheckResult
from orchestration.settings import Settings


@dataclass(frozen=True)
class BuildRecord:
    """A finished build.

    Attributes:
        origin: `Origin.to_dict()`: inputs, code, choices, fingerprint.
        checks: Every dbt test.
    """

    origin: dict[str, Any]
    checks: tuple[CheckResult, ...]


def record_build(settings: Settings, origin: Origin, report: BuildReport) -> None:
    """Write the record of a build whose tests all passed."""
    path = _path(settings)
    content = {"origin": origin.to_dict(), "checks": [asdict(check) for check in report.checks]}
    partial = path.with_suffix(".partial")
    with partial.open("w", encoding="utf-8") as stream:
        json.dump(content, stream, ensure_ascii=False)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)


def forget_build(settings: Settings) -> None:
    """Remove the record: the build file is about to change."""
    _path(settings).unlink(missing_ok=True)


def read_build(settings: Settings) -> BuildRecord | None:
    """The record of the build file as it stands; None where it may not be published."""
    try:
        content = json.loads(_path(settings).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return BuildRecord(content["origin"], tuple(CheckResult(**check) for check in content["checks"]))


def _path(settings: Settings) -> Path:
    return settings.build_dir / "build.json"
