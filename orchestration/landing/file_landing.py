"""Takes one file into raw, in one transaction: whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import duckdb

from orchestration.landing import ledger
from orchestration.landing.block_checks import BlockChecks
from orchestration.landing.blocks import Block, Counts, Reader
from orchestration.landing.catalogue import Entity
from orchestration.landing.checks import Stamp
from orchestration.landing.context import Landing
from orchestration.landing.csv_reader import CsvReader
from orchestration.landing.digests import StillWritten
from orchestration.landing.document_reader import DocumentReader
from orchestration.landing.faults import FileRefused
from orchestration.landing.inbox import FileState, InboxFile, state_of
from orchestration.landing.jsonl_reader import JsonlReader
from orchestration.landing.known_names import gather_known_names
from orchestration.landing.mobile_numbers import mask_phones
from orchestration.landing.normal_forms import identifier
from orchestration.landing.parquet_reader import ParquetReader
from orchestration.landing.parts import told_by_content
from orchestration.landing.shapes import Follower
from orchestration.landing.spreadsheet_reader import SpreadsheetReader
from orchestration.landing.sqlite_reader import SqliteReader
from orchestration.landing.vault import add_contacts, delete_contacts
from orchestration.reports import FileOutcome


class FileLanding:
    """The landing of one recognised file.

    Args:
        landing: The pass it belongs to.
        file: The file.
        entity: What it is by its name.
        outcome: What is known of it; its sha256 is.
        is_renamed: The same content has landed as another entity, and that landing is to be forgotten.
    """

    def __init__(
        self,
        landing: Landing,
        file: InboxFile,
        entity: Entity,
        outcome: FileOutcome,
        is_renamed: bool = False,
    ) -> None:
        self._landing = landing
        self._connection = landing.connection
        self._file = file
        self._entity = entity
        self._outcome = outcome
        self._is_renamed = is_renamed
        self._stamp = Stamp(
            str(outcome.sha256), ledger.next_load_seq(landing.connection), landing.landed_at_text
        )
        self._checks = BlockChecks(
            landing.statements,
            entity,
            file.groups,
            zone=landing.zone,
            latest_event=landing.latest_event,
            vault_key=landing.vault_key,
        )

    def run(self, state: FileState, if_empty: FileRefused | None = None) -> FileOutcome:
        """Land it.

        Args:
            state: What it was when its digest was taken.
            if_empty: Raised instead of landing it without one accepted row.

        Raises:
            FileRefused: the file is not what it should be.
            StillWritten: it is not as `state` says any more.
            HoldsMore: see `Follower`.
        """
        with ledger.transaction(self._connection), self._vault() as contacts:
            if self._is_renamed:
                ledger.forget_rows(self._connection, [self._stamp.file_sha256])
            if self._entity.known:
                gather_known_names(self._connection)
            follower = None
            if self._file.by_head:
                follower = Follower(told_by_content(self._landing), self._file.by_head)
            reader = open_reader(self._file, self._entity, self._connection, self._landing.zone, follower)
            counts = self._take_rows(reader, contacts)
            if state_of(self._file.path) != state:
                raise StillWritten
            if not counts.is_even:
                raise FileRefused("E_COUNT", expected=counts.lines, found=counts.accounted_for)
            # Else two copies under two names, neither with a sound row, would replace each other for ever.
            if if_empty is not None and not counts.accepted:
                raise if_empty
            ledger.note_mended(self._connection, self._entity, self._outcome.path, self._stamp.load_seq)
            outcome = replace(
                self._outcome,
                status="landed",
                encoding=reader.encoding,
                lines=counts.lines,
                header=counts.header,
                accepted=counts.accepted,
                rejected=counts.rejected,
                blank=counts.blank,
                totals=reader.totals,
                rows_late=self._rows_late(),
                unknown_columns=tuple(dict.fromkeys(map(mask_phones, reader.unknown_columns))),
            )
            ledger.write_file(
                self._connection,
                outcome,
                landed_at=self._stamp.landed_at,
                version=self._landing.version,
                load_seq=self._stamp.load_seq,
                built_through_date=self._landing.built_through_date,
            )
            ledger.write_mapping(self._connection, self._stamp.file_sha256, self._entity.mapping)
        return outcome

    @contextmanager
    def _vault(self) -> Iterator[duckdb.DuckDBPyConnection | None]:
        """The contact table, where the entity has personal columns; committed before the private file is.

        A kill between the two leaves contacts of a file that has not landed, or an earlier landing under
        another name without its contacts; the next landing replaces either.
        """
        if not (self._entity.contacts or self._is_renamed):
            yield None
            return
        contacts = self._landing.contacts.connection
        with ledger.transaction(contacts):
            delete_contacts(contacts, [self._stamp.file_sha256])
            yield contacts if self._entity.contacts else None

    def _take_rows(self, reader: Reader, contacts: duckdb.DuckDBPyConnection | None) -> Counts:
        counts = Counts()
        for block in reader.blocks():
            self._take_block(block, contacts, counts)
            self._landing.progress.note(f"{self._outcome.path}: {counts.accepted + counts.rejected:,}")
        counts.lines, counts.header, counts.blank = reader.lines, reader.header, reader.blank
        return counts

    def _take_block(self, block: Block, contacts: duckdb.DuckDBPyConnection | None, counts: Counts) -> None:
        faults = list(block.faults)
        if len(block.lines):
            checked = self._checks.check(block)
            checked.insert(self._connection, self._stamp)
            if contacts is not None:
                add_contacts(
                    contacts,
                    checked.contacts,
                    self._entity.system,
                    self._stamp.file_sha256,
                    self._stamp.load_seq,
                )
            counts.accepted += checked.rows.num_rows
            faults += checked.faults
        if faults:
            ledger.write_faults(
                self._connection, faults, self._outcome, self._stamp.load_seq, self._stamp.landed_at
            )
            counts.rejected += len(faults)

    def _rows_late(self) -> int:
        """Accepted rows that are dated before the newest day already built."""
        built_through = self._landing.built_through_date
        if built_through is None or not self._entity.dated_by:
            return 0
        dated = f"left(coalesce({', '.join(map(identifier, self._entity.dated_by))}), 10)"
        row = self._connection.execute(
            f"select count(*) from raw.{identifier(self._entity.table)} where load_seq = ? and {dated} < ?",
            [self._stamp.load_seq, built_through.isoformat()],
        ).fetchone()
        return int(row[0]) if row else 0


def open_reader(
    file: InboxFile,
    entity: Entity,
    connection: duckdb.DuckDBPyConnection,
    zone: str,
    follower: Follower | None = None,
) -> Reader:
    """What reads the rows of a file, or of its part.

    Args:
        file: The file.
        entity: What it holds.
        connection: A database, for formats that it reads itself.
        zone: Business time zone.
        follower: Of a file of lines that its head told.

    Raises:
        FileRefused: it is not what it looked like.
    """
    match file.kind:
        case "sheet":
            return SpreadsheetReader(file.path, str(file.part), entity)
        case "sqlite":
            return SqliteReader(file.path, str(file.part), entity)
        case "csv":
            return CsvReader(file.path, entity)
        case "jsonl":
            return JsonlReader(file.path, entity)
        case "json" | "lines" | "xml":
            return DocumentReader(
                file.path, file.kind, entity, file.siblings, file.groups, file.relative, follower
            )
        case _:
            return ParquetReader(file.path, entity, connection, zone)
