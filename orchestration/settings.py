"""Where everything is: one home folder, one project folder."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from orchestration.errors import EXIT_USAGE, ShequnError
from orchestration.memory import build_memory

PROJECT_DIR = Path(__file__).resolve().parent.parent
DEFAULT_TIMEZONE = "Asia/Shanghai"


@dataclass(frozen=True)
class Settings:
    """The places and choices of one run.

    Attributes:
        home: State folder (`SHEQUN_HOME`, default `./data`); nothing outside it is written unasked.
        exports: Inbox, read only; `<home>/exports` unless given.
        business_timezone: IANA name; days, hours and weeks are counted in it.
        as_of: Last day to count (R1), or None for the latest landed day.
        dbt_vars: Further dbt vars that override `dbt_project.yml`.
        memory: Bytes that DuckDB may hold while models are built and audited.
    """

    home: Path
    exports: Path
    business_timezone: str = DEFAULT_TIMEZONE
    as_of: date | None = None
    dbt_vars: dict[str, Any] = field(default_factory=dict)
    memory: int = field(default_factory=build_memory)

    @property
    def build_dir(self) -> Path:
        return self.home / "build"

    @property
    def private_db(self) -> Path:
        """raw, staging, intermediate, rejects and ledger; never published."""
        return self.build_dir / "private.duckdb"

    @property
    def warehouse_db(self) -> Path:
        """core and marts only; the file that is copied to `published/`."""
        return self.build_dir / "shequn.duckdb"

    @property
    def lock_path(self) -> Path:
        return self.build_dir / ".lock"

    @property
    def target_dir(self) -> Path:
        """dbt's artefacts."""
        return self.build_dir / "target"

    @property
    def published_dir(self) -> Path:
        return self.home / "published"

    @property
    def current_link(self) -> Path:
        return self.published_dir / "current"

    @property
    def published_db(self) -> Path:
        return self.current_link / "shequn.duckdb"

    @property
    def vault_dir(self) -> Path:
        return self.home / "vault"

    @property
    def out_dir(self) -> Path:
        """What `shequn export` writes."""
        return self.home / "out"

    @property
    def mappings_dir(self) -> Path:
        """What people said about files of their own (`shequn map`)."""
        return self.home / "mappings"

    @property
    def logs_dir(self) -> Path:
        return self.home / "logs"

    @property
    def quality_dir(self) -> Path:
        """Great Expectations' Data Docs."""
        return self.home / "quality"

    @property
    def rooms(self) -> tuple[Path, ...]:
        """What the home folder holds beside an inbox."""
        return (
            self.build_dir,
            self.published_dir,
            self.vault_dir,
            self.out_dir,
            self.mappings_dir,
            self.logs_dir,
            self.quality_dir,
        )

    def create_folders(self) -> None:
        """Create the home folder's rooms; those that hold personal data are 0700."""
        for path in (self.home, self.published_dir, self.logs_dir, self.quality_dir):
            path.mkdir(parents=True, exist_ok=True)
        for path in (self.build_dir, self.vault_dir, self.logs_dir, self.quality_dir):
            path.mkdir(parents=True, exist_ok=True)
            path.chmod(0o700)


def load_settings(
    home: str | Path | None = None,
    exports: str | Path | None = None,
    as_of: date | None = None,
    dbt_vars: dict[str, Any] | None = None,
) -> Settings:
    """Settings from arguments, else environment (`SHEQUN_HOME`, `_TIMEZONE`, `_MEMORY`), else defaults.

    Raises:
        ShequnError: `SHEQUN_TIMEZONE` names no time zone, `SHEQUN_MEMORY` no amount of memory (exit 2).
    """
    home_path = Path(home or os.environ.get("SHEQUN_HOME") or "data").expanduser().absolute()
    exports_path = Path(exports).expanduser().absolute() if exports else home_path / "exports"
    return Settings(
        home=home_path,
        exports=exports_path,
        business_timezone=_known_timezone(os.environ.get("SHEQUN_TIMEZONE") or DEFAULT_TIMEZONE),
        as_of=as_of,
        dbt_vars=dict(dbt_vars or {}),
    )


def _known_timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    # KeyError: unknown; ValueError: a path; OSError: a folder of zones such as "Asia".
    except (KeyError, ValueError, OSError):
        raise ShequnError("landing.unknown_timezone", EXIT_USAGE, zone=name) from None
    return name
