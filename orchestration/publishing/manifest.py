"""manifest.json: what a published version holds, and where it comes from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from orchestration.building.record import BuildRecord
from orchestration.building.results import Manifest
from orchestration.fingerprint import code_version
from orchestration.reports import CheckResult
from orchestration.settings import Settings

MANIFEST_FORMAT = 1


@dataclass(frozen=True)
class CopiedFile:
    """The copy that is about to be published."""

    path: Path
    sha256: str
    size_bytes: int
    build: int

    @property
    def version(self) -> str:
        """The name its folder will have."""
        return f"v{self.build}-{self.sha256[:12]}"


def make_manifest(
    settings: Settings, copy: CopiedFile, record: BuildRecord, checks: Sequence[CheckResult]
) -> dict[str, Any]:
    """Everything a reader or a later refresh may ask about a version; times carry their offset."""
    origin = record.origin
    tables = count_rows(copy.path)
    return {
        "format": MANIFEST_FORMAT,
        "build_id": copy.build,
        "version": copy.version,
        "built_at": datetime.now(ZoneInfo(settings.business_timezone)).isoformat(timespec="seconds"),
        **_reporting_window(copy.path),
        "business_timezone": settings.business_timezone,
        "sha256": copy.sha256,
        "size_bytes": copy.size_bytes,
        "tables": tables,
        "empty_marts": empty_marts(settings, copy.path, tables),
        "identity_conflicts": identity_conflicts(copy.path, tables),
        "inputs": origin["inputs"],
        "checks": summarise_checks(checks),
        "code": code_version(origin["code"]),
        "choices": origin["choices"],
        "fingerprint": origin["fingerprint"],
    }


def summarise_checks(checks: Sequence[CheckResult]) -> dict[str, Any]:
    """How many checks of each kind ended how, and each one that did not pass."""
    counts = Counter((check.kind, check.status) for check in checks)
    kinds = sorted({check.kind for check in checks})
    return {
        "counts": {
            kind: {status: n for (counted, status), n in sorted(counts.items()) if counted == kind}
            for kind in kinds
        },
        "not_passed": [asdict(check) for check in checks if check.status != "pass"],
    }


def count_rows(database: Path) -> dict[str, int]:
    """Rows of every table, by `<schema>.<table>`."""
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where not internal order by all"
        ).fetchall()
        return {
            f"{schema}.{table}": _scalar(connection, f'select count(*) from "{schema}"."{table}"')
            for schema, table in tables
        }


def empty_marts(settings: Settings, database: Path, tables: dict[str, int]) -> dict[str, dict[str, Any]]:
    """Marts without a row for want of an export: Chinese name, and the entities that never came."""
    models = Manifest.read(settings.target_dir / "manifest.json")
    if models is None or "core.fct_landing" not in tables:
        return {}
    with duckdb.connect(str(database), read_only=True) as connection:
        arrived = connection.execute(
            "select distinct system || '__' || entity from core.fct_landing where rows_accepted > 0"
        ).fetchall()
    landed = models.entities_staged_from({table for (table,) in arrived})
    found = {}
    for node in models.relations():
        meta = node["config"].get("meta", {})
        missing = [entity for entity in meta.get("filled_by", ()) if entity not in landed]
        if missing and tables.get(f"marts.{node['alias']}") == 0:
            found[node["alias"]] = {"label_zh": meta["label_zh"], "missing": missing}
    return dict(sorted(found.items()))


def identity_conflicts(database: Path, tables: dict[str, int]) -> int:
    """Accounts of which something that would have joined them to others was not used."""
    if "core.dim_identity" not in tables:
        return 0
    with duckdb.connect(str(database), read_only=True) as connection:
        return _scalar(connection, "select count(*) from core.dim_identity where is_conflict")


def _reporting_window(database: Path) -> dict[str, str | None]:
    """First and last day that is counted (R1), ISO; both None where nothing was landed."""
    window: tuple[Any, Any] | None = None
    with duckdb.connect(str(database), read_only=True) as connection:
        present = "select count(*) from duckdb_tables() where schema_name = 'core' and table_name = $1"
        if _scalar(connection, present, ["dim_reporting_window"]):
            window = connection.execute(
                "select as_of_date, history_start_date from core.dim_reporting_window"
            ).fetchone()
    as_of, history_start = window or (None, None)
    return {"as_of_date": _iso(as_of), "history_start_date": _iso(history_start)}


def _scalar(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[Any] = ()) -> int:
    row = connection.execute(sql, list(parameters)).fetchone()
    return int(row[0]) if row else 0


def _iso(day: Any) -> str | None:
    return None if day is None else day.isoformat()
