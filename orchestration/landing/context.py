"""What all files of one landing share."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import duckdb

from orchestration.landing.catalogue import Entity
from orchestration.landing.statements import Statements
from orchestration.landing.vault import Contacts
from orchestration.progress import Progress
from orchestration.settings import Settings

FUTURE_TOLERANCE = timedelta(days=1)


@dataclass(frozen=True)
class Landing:
    """One pass over the inbox.

    Attributes:
        connection: The private file, open for writing.
        version: What decides about files; see `ledger.gate_version`.
        landed_at: Moment of the pass, in the business time zone.
        built_through_date: The newest day that the published version covers, None without one.
        vault_key: Key of the personal columns.
        contacts: The contact table.
        statements: Over blocks, prepared on the connection.
        mapped: Entities of files that people mapped, by the mapping's name.
    """

    settings: Settings
    connection: duckdb.DuckDBPyConnection
    progress: Progress
    version: str
    landed_at: datetime
    built_through_date: date | None
    vault_key: bytes
    contacts: Contacts
    statements: Statements
    mapped: dict[str, Entity] = field(default_factory=dict)

    @property
    def zone(self) -> str:
        return self.settings.business_timezone

    @property
    def landed_at_text(self) -> str:
        return self.landed_at.isoformat(sep=" ")

    @property
    def latest_event(self) -> str:
        """A row whose R1 event is later is rejected (R20)."""
        return (self.landed_at + FUTURE_TOLERANCE).isoformat(sep=" ")
