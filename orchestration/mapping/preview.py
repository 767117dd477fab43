"""How the rows of a file would land through a mapping: through the gate's own reader and checks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

import duckdb
import pyarrow as pa

from orchestration.landing.block_checks import BlockChecks
from orchestration.landing.catalogue import Entity
from orchestration.landing.checks import VAULT
from orchestration.landing.context import FUTURE_TOLERANCE
from orchestration.landing.faults import RowFault
from orchestration.landing.file_landing import open_reader
from orchestration.landing.inbox import InboxFile
from orchestration.landing.mappings import Mapping, as_rows_of
from orchestration.landing.mobile_numbers import mask_phones
from orchestration.landing.normal_forms import create_macros, literal
from orchestration.landing.path_groups import path_groups
from orchestration.landing.statements import Statements
from orchestration.landing.vault import KEY_BYTES, PHONE_ID
from orchestration.mapping.sample import Sample
from orchestration.settings import Settings

SHOWN = 10
KEY_SHOWN = 14


@dataclass(frozen=True)
class Row:
    """One row: its texts by column, or why it would be refused."""

    line: int
    texts: dict[str, str | None] = field(default_factory=dict)
    fault: RowFault | None = None


@dataclass(frozen=True)
class Preview:
    """What would become of a file.

    Attributes:
        columns: What its rows say, in the entity's order.
        rows: The first of them, by line.
        accepted: How many would land; `rejected` would be refused, `blank` are none.
        unknown_words: By column the words that stand for none of its values.
    """

    columns: tuple[str, ...]
    rows: list[Row]
    accepted: int
    rejected: int
    blank: int
    unknown_words: dict[str, list[str]]


def preview(sample: Sample, mapping: Mapping, settings: Settings, now: datetime) -> Preview:
    """Read the whole file through the mapping, landing nothing.

    Raises:
        FileRefused: it cannot be read through it.
    """
    # Whether a name is known is said when the file lands.
    entity = replace(as_rows_of(mapping.as_entity(), None), known={})
    groups = path_groups(entity, sample.path.as_posix())
    file = InboxFile(
        sample.path,
        sample.path.name,
        entity,
        part=sample.sheet,
        kind=sample.kind,
        siblings=((entity, entity.rows),),
        groups=groups,
    )
    said = (*mapping.columns, *mapping.constants, *mapping.said_by_path)
    columns = tuple(name for name in entity.column_names if name in said)
    rows: list[Row] = []
    unknown_words: dict[str, dict[str, None]] = {}
    accepted = rejected = 0
    with duckdb.connect() as connection:
        connection.execute(f"set TimeZone = {literal(settings.business_timezone)}")
        create_macros(connection)
        checks = BlockChecks(
            Statements(connection),
            entity,
            groups,
            zone=settings.business_timezone,
            latest_event=(now + FUTURE_TOLERANCE).isoformat(sep=" "),
            vault_key=os.urandom(KEY_BYTES),
        )
        reader = open_reader(file, entity, connection, settings.business_timezone)
        for block in reader.blocks():
            faults = list(block.faults)
            if len(block.lines):
                checked = checks.check(block)
                faults += checked.faults
                accepted += checked.rows.num_rows
                rows += _texts(checked.rows.slice(0, SHOWN), entity, columns)
            for fault in faults:
                if fault.code == "E_ENUM":
                    unknown_words.setdefault(str(fault.column), {})[fault.params["value"]] = None
            rejected += len(faults)
            rows += [Row(fault.line, fault=fault) for fault in faults[:SHOWN]]
            rows = sorted(rows, key=lambda row: row.line)[:SHOWN]
    words = {column: list(found) for column, found in unknown_words.items()}
    return Preview(columns, rows, accepted, rejected, reader.blank, words)


def _texts(rows: pa.Table, entity: Entity, columns: tuple[str, ...]) -> Iterator[Row]:
    """Rows as people may see them: a personal value as the file has it, phones masked."""
    raw = {column.name: VAULT + column.name if column.contact else column.name for column in entity.columns}
    for row in rows.to_pylist():
        texts = {name: row[raw[name]] for name in columns}
        yield Row(row["line"], {name: _shown(text) if text else None for name, text in texts.items()})


def _shown(text: str) -> str:
    return f"{text[:KEY_SHOWN]}…" if text.startswith(PHONE_ID) else mask_phones(text)
