"""How vendors spell values: JSON, CSV, workbooks, databases, times, money."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook

_SAVED_AT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_SHANGHAI = timezone(timedelta(hours=8))
_T = TypeVar("_T")


def json_line(value: Any) -> str:
    """Compact JSON and a line end."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


def csv_line(cells: list[Any]) -> str:
    """A row of CSV as a spreadsheet program writes it."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()


def write_workbook(path: Path, rows: Iterable[list[Any]]) -> None:
    """An .xlsx of one sheet; equal rows give equal bytes."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("Sheet1")
    for row in rows:
        sheet.append(row)
    written = io.BytesIO()
    workbook.save(written)
    with ZipFile(written) as parts, ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for part in parts.infolist():
            content = _SAVED_AT.sub(b"2026-07-01T08:00:00Z", parts.read(part))
            archive.writestr(ZipInfo(part.filename, (2026, 7, 1, 8, 0, 0)), content, ZIP_DEFLATED)


def write_database(
    path: Path, tables: Iterable[tuple[str, tuple[str, ...], Iterable[dict[str, Any]]]]
) -> None:
    """A SQLite file of tables, each with its columns and rows; rows are numbered where they have an id."""
    with closing(sqlite3.connect(path)) as database:
        for table, columns, rows in tables:
            database.execute(f"create table {table} ({', '.join(columns)})")
            places = ", ".join("?" * len(columns))
            cells = (
                [number if column == "id" else row.get(column) for column in columns]
                for number, row in enumerate(rows, 1)
            )
            database.executemany(f"insert into {table} values ({places})", cells)
        database.commit()


def unix_seconds(moment: datetime) -> int:
    """Seconds since 1970 of a moment in Shanghai."""
    return int(moment.replace(tzinfo=_SHANGHAI).astimezone(UTC).timestamp())


def midnight_seconds(day: date) -> int:
    """Seconds since 1970 of the day's beginning in Shanghai."""
    return unix_seconds(datetime.combine(day, time()))


def unix_millis(moment: datetime) -> int:
    """Milliseconds since 1970 of a moment in Shanghai."""
    return unix_seconds(moment) * 1000


def fen(amount: Decimal) -> int:
    """Yuan as whole 分."""
    return int(amount * 100)


def pages(rows: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """The rows, `size` at a time."""
    left = iter(rows)
    while page := list(islice(left, size)):
        yield page


def shuffled(rows: list[_T], purpose: str) -> list[_T]:
    """The rows in an order that only their number and `purpose` decide."""
    keys = [hashlib.sha256(f"{purpose}{place}".encode()).digest() for place in range(len(rows))]
    return [rows[place] for place in sorted(range(len(rows)), key=keys.__getitem__)]
