"""Inboxes written for a test, and what becomes of them at the gate."""

from __future__ import annotations

import os
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.landing import land_inbox
from orchestration.progress import Progress
from orchestration.reports import FileOutcome, LandingReport
from orchestration.settings import Settings, load_settings

NOW = datetime(2026, 7, 1, 12)
OLD_SECONDS = 3600


class Inbox:
    """A home and its inbox."""

    def __init__(self, place: Path, **arguments: Any) -> None:
        self.settings: Settings = load_settings(home=place / "home", **arguments)
        self.settings.create_folders()
        self.settings.exports.mkdir()

    def write(self, relative: str, content: bytes | str, is_old: bool = True) -> Path:
        """Put a file there; an old one is not suspected of being written still."""
        path = self.settings.exports / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        if is_old:
            self.age(path)
        return path

    @staticmethod
    def age(path: Path) -> None:
        moment = time.time() - OLD_SECONDS
        os.utime(path, (moment, moment))

    def land(self, progress: Progress | None = None, **arguments: Any) -> LandingReport:
        return land_inbox(self.settings, progress or Progress(), **({"now": NOW} | arguments))

    def land_one(self, relative: str, content: bytes | str) -> FileOutcome:
        """Write one file and land it."""
        self.write(relative, content)
        return outcome_of(self.land(), relative)

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the private file."""
        with duckdb.connect(self.settings.private_db, read_only=True) as connection:
            return connection.execute(statement, list(values)).fetchall()

    def column(self, statement: str, *values: Any) -> list[Any]:
        return [row[0] for row in self.sql(statement, *values)]


def outcome_of(report: LandingReport, relative: str) -> FileOutcome:
    return next(outcome for outcome in report.files if outcome.path == relative)


def assert_accounted_for(outcome: FileOutcome) -> None:
    assert outcome.lines == outcome.header + outcome.accepted + outcome.rejected + outcome.blank
