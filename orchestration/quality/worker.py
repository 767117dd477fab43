"""The worker process: loads Great Expectations once, then answers one audit per line.

A request is `{"suite": "raw" | "published", "database": <file>, "since": <load_seq>}`, the last of them for a
raw of which only what landed later is to be looked at; the answer holds the checks, or `failure`.
Data Docs are written after the answer, while the asker goes on.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from orchestration.building.record import read_build
from orchestration.building.results import Manifest
from orchestration.publishing.versions import list_versions
from orchestration.quality.docs import keep_data_docs
from orchestration.quality.published_suite import published_assets
from orchestration.quality.raw_suite import raw_assets
from orchestration.quality.rules import Asset
from orchestration.quality.tables import Table, read_tables
from orchestration.quality.validation import Validation
from orchestration.reports import AuditReport
from orchestration.settings import Settings, load_settings

Reply = Callable[[dict[str, Any]], None]


def answer(settings: Settings, request: dict[str, Any], reply: Reply) -> None:
    """Run one audit, reply, then write its Data Docs."""
    started = time.monotonic()
    database = Path(request["database"])
    moment = datetime.now(ZoneInfo(settings.business_timezone))
    try:
        assets = suite_assets(settings, request["suite"], database, request.get("since"))
        attached = settings.private_db if request["suite"] == "published" else None
        validation = Validation(request["suite"], database, assets, settings.memory, attached)
        checks = validation.run(moment)
    except Exception as error:
        traceback.print_exc()
        reply(
            {"failure": f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"[:300]}
        )
        return
    report = AuditReport(request["suite"], checks, time.monotonic() - started)
    reply(asdict(report))
    try:
        keep_data_docs(settings.quality_dir, report, validation, moment)
    except Exception:  # the verdict stands without its pages; the log says what was wrong with them
        traceback.print_exc()


def suite_assets(settings: Settings, suite: str, database: Path, since: int | None) -> list[Asset]:
    """The expectations of a suite for a file as it stands; of raw, for what landed after `since`."""
    tables = read_tables(database, since)
    if suite == "raw":
        return raw_assets(tables, since)
    manifest = Manifest.read(settings.target_dir / "manifest.json")
    if manifest is None:
        raise FileNotFoundError(settings.target_dir / "manifest.json")
    record = read_build(settings)
    is_dated = record is not None and (
        "as_of_date" in record.origin["choices"] or _is_demo_alone(record.origin["inputs"])
    )
    return published_assets(
        tables,
        manifest,
        _reporting_window(database, tables),
        settings.business_timezone,
        is_dated,
        models_written_by_slices(settings),
    )


def models_written_by_slices(settings: Settings) -> set[str]:
    """The models of which the last build noted which rows came, upon a build that is the newest version.

    Of all others, and after a version that was refused, every row is to be looked at.
    """
    newest = next(iter(list_versions(settings)), None)
    if newest is None or not settings.private_db.exists():
        return set()
    with duckdb.connect(str(settings.private_db), read_only=True) as connection:
        noted = {
            str(name)
            for (name,) in connection.execute(
                "select table_name from duckdb_tables() where schema_name = 'changes'"
            ).fetchall()
        }
        if "finished_build" not in noted:
            return set()
        origin = connection.execute("select origin from changes.finished_build").fetchone()
    if origin is None or json.loads(origin[0])["fingerprint"] != newest.manifest["fingerprint"]:
        return set()
    return noted


def _is_demo_alone(inputs: list[dict[str, Any]]) -> bool:
    """Whether all that landed is the invented community, whose last day is chosen."""
    return bool(inputs) and all(".demo." in Path(item["path"]).name for item in inputs)


def _reporting_window(database: Path, tables: dict[str, Table]) -> tuple[date, date] | None:
    if "core.dim_reporting_window" not in tables:
        return None
    with duckdb.connect(str(database), read_only=True) as connection:
        row = connection.execute(
            "select as_of_date, history_start_date from core.dim_reporting_window"
        ).fetchone()
    return (row[0], row[1]) if row else None


def main() -> None:
    """Answer requests until stdin ends."""
    settings = load_settings(home=sys.argv[1])
    # Great Expectations prints; the answers keep a channel of their own.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as channel, tempfile.TemporaryDirectory() as scratch:
        os.dup2(2, 1)
        tempfile.tempdir = scratch

        def reply(content: dict[str, Any]) -> None:
            channel.write(json.dumps(content, ensure_ascii=False) + "\n")
            channel.flush()

        for line in sys.stdin:
            answer(settings, json.loads(line), reply)


if __name__ == "__main__":
    main()
