"""Reading a canonical export folder: order, typing, rejection, last landed wins (R20, R21)."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq

from .contract import ENTITIES, R1_EVENTS, SYSTEM, Entity
from .known_names import KnownNames
from .values import BadValueError, parse, trimmed

Row = dict[str, Any]


@dataclass
class LandedFile:
    """What became of one file; `path` is relative to the exports folder."""

    path: str
    entity: str
    accepted: int = 0
    rejected: int = 0
    open: int = 0
    unknown_columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rejected:
    """A row that stayed out: the physical line its record begins on, the first column at fault."""

    path: str
    line: int
    column: str


@dataclass
class Export:
    """The kept rows of each entity in landing order, and the account of what was not kept."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in ENTITIES})
    superseded: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ENTITIES, 0))
    files: list[LandedFile] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


def load(exports: Path, landed_at: datetime, timezone: str = "Asia/Shanghai") -> Export:
    """Land everything under `<exports>/canonical`.

    Args:
        exports: The inbox.
        landed_at: Moment of landing in business time; events more than a day after it are rejected.
        timezone: The business time zone.
    """
    export = Export()
    zone = ZoneInfo(timezone)
    winners: dict[str, dict[tuple[Any, ...], Row]] = {name: {} for name in ENTITIES}
    known_names = KnownNames()
    waiting: dict[str, list[tuple[LandedFile, tuple[Any, ...]]]] = {name: [] for name in ENTITIES}
    for path, entity in _files(exports):
        file = LandedFile(path.relative_to(exports).as_posix(), entity.name)
        export.files.append(file)
        header, records = _read(path)
        contracted = {column.name for column in entity.columns}
        file.unknown_columns = tuple(name for name in header if name not in contracted)
        for line, texts in records:
            row, fault = _typed(entity, texts, zone, known_names)
            if fault is None:
                fault = _too_late(entity, row, landed_at)
            if fault is not None:
                key = _key(entity, texts, zone, fault)
                file.rejected += 1
                file.open += 1
                export.rejected.append(Rejected(file.path, line, fault))
                if key is not None:
                    waiting[entity.name].append((file, key))
                continue
            file.accepted += 1
            known_names.note(entity.name, row)
            key = tuple(row[name] for name in entity.key)
            for mended, _ in [one for one in waiting[entity.name] if one[1] == key]:
                mended.open -= 1
            waiting[entity.name] = [one for one in waiting[entity.name] if one[1] != key]
            if winners[entity.name].pop(key, None) is not None:
                export.superseded[entity.name] += 1
            winners[entity.name][key] = row
    export.rows = {name: list(rows.values()) for name, rows in winners.items()}
    return export


def _files(exports: Path) -> Iterator[tuple[Path, Entity]]:
    """Data files in the order of their relative path; those of targets last (D21)."""
    root = exports / SYSTEM
    paths = (path for path in root.rglob("*") if path.suffix in (".csv", ".jsonl", ".parquet"))
    found = []
    for path in sorted(paths, key=lambda item: item.relative_to(exports).as_posix()):
        inside = path.relative_to(root)
        name = inside.parts[0] if len(inside.parts) > 1 else inside.name.split(".")[0]
        if name in ENTITIES:
            found.append((path, ENTITIES[name]))
    yield from sorted(found, key=lambda item: item[1].name == "kpi_targets")


def _read(path: Path) -> tuple[list[str], Iterator[tuple[int, dict[str, str]]]]:
    """Header and (line, texts by column) of a file; blank lines are no rows."""
    if path.suffix == ".csv":
        return _read_csv(path)
    if path.suffix == ".jsonl":
        return _read_jsonl(path)
    table = pq.read_table(path)
    records = [{name: _as_text(value) for name, value in row.items()} for row in table.to_pylist()]
    return list(table.column_names), iter(list(enumerate(records, start=1)))


def _read_csv(path: Path) -> tuple[list[str], Iterator[tuple[int, dict[str, str]]]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream, strict=True)
        header = [name.strip() for name in next(reader)]
        records = []
        begins = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                records.append((begins, dict(zip(header, cells, strict=True))))
            begins = reader.line_num + 1
    return header, iter(records)


def _read_jsonl(path: Path) -> tuple[list[str], Iterator[tuple[int, dict[str, str]]]]:
    records = []
    for line, text in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if text.strip():
            record = json.loads(text, parse_float=str, parse_int=str)
            records.append((line, {name: _as_text(value) for name, value in record.items()}))
    header = list(dict.fromkeys(name for _, record in records for name in record))
    return header, iter(records)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)


def _typed(
    entity: Entity, texts: dict[str, str], zone: ZoneInfo, known_names: KnownNames
) -> tuple[Row, str | None]:
    """The typed row, or the first column at fault in the contract's order."""
    row: Row = {}
    for column in entity.columns:
        text = trimmed(texts.get(column.name, ""))
        if text is None:
            if column.required:
                return row, column.name
            row[column.name] = None
        else:
            try:
                row[column.name] = parse(column, text, zone)
            except BadValueError:
                return row, column.name
        if entity.name == "kpi_targets" and not known_names.knows(row, column.name):
            return row, column.name
    return row, None


def _key(entity: Entity, texts: dict[str, str], zone: ZoneInfo, fault: str) -> tuple[Any, ...] | None:
    """The key of a rejected row; None where it cannot be read."""
    columns = {column.name: column for column in entity.columns}
    found = []
    for name in entity.key:
        text = trimmed(texts.get(name, ""))
        if name == fault or (text is None and columns[name].required):
            return None
        try:
            found.append(None if text is None else parse(columns[name], text, zone))
        except BadValueError:
            return None
    return tuple(found)


def _too_late(entity: Entity, row: Row, landed_at: datetime) -> str | None:
    """The column whose R1 event lies more than a day after the landing, if any."""
    column = R1_EVENTS.get(entity.name)
    if column is None or row[column] is None:
        return None
    if entity.name == "orders" and row["order_status"] == "created":
        return None
    return column if row[column] > landed_at + timedelta(days=1) else None
