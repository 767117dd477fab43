"""One export that comes in pieces, built piece by piece and at once: where the tables differ."""

from __future__ import annotations

import csv
import json
import random
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from orchestration.building import build_models
from orchestration.landing import land_inbox
from orchestration.landing.catalogue import load_catalogue
from orchestration.progress import Progress
from orchestration.settings import load_settings
from tests.python.reference.awkward import Size, write_awkward

Record = dict[str, str]
SCHEMAS = {"private.duckdb": ("intermediate",), "shequn.duckdb": ("core", "marts")}


@dataclass(frozen=True)
class Piece:
    """A file that comes with a delivery."""

    delivery: int
    name: str
    rows: list[Record]


def deal(export: Path, seed: int, deliveries: int) -> list[Piece]:
    """Split an awkward export's rows over deliveries, roughly by time.

    Some rows come late by any number of deliveries, some come twice, some come first in another form and are
    corrected by a later delivery; rows without a time (people, groups, identities, staff) come at any time.
    """
    chance = random.Random(seed)
    pieces = []
    for entity, rows in _tables(export).items():
        keys = set(_keys(entity))
        moments = [column for column in rows[0] if column.endswith(("_at", "_date"))]
        timed = sorted(range(len(rows)), key=lambda place: _moment(rows[place], moments))
        dealt: dict[int, list[Record]] = {}
        for rank, place in enumerate(timed):
            row = rows[place]
            on_time = rank * deliveries // len(rows) if moments else chance.randrange(deliveries)
            due = on_time if chance.random() < 0.8 else chance.randrange(on_time, deliveries)
            if due and chance.random() < 0.15:
                other = chance.choice(rows)
                wrong = {name: row[name] if name in keys else other[name] for name in row}
                dealt.setdefault(chance.randrange(due), []).append(wrong)
            dealt.setdefault(due, []).append(row)
            if chance.random() < 0.05:
                dealt.setdefault(chance.randrange(due, deliveries), []).append(row)
        for delivery, part in sorted(dealt.items()):
            pieces.append(Piece(delivery, f"{entity}.{delivery:03}.csv", part))
    return pieces


def differences_after(
    place: Path, seed: int, deliveries: int, size: Size | None = None, skipped: float = 0.2
) -> list[str]:
    """Land and build delivery by delivery, then build all at once from the same raw: tables that differ.

    Args:
        place: An empty folder.
        seed: Same seed, same deliveries.
        deliveries: How many there are.
        size: Of the export.
        skipped: Share of the deliveries after which nothing is built, so that a build meets several.
    """
    chance = random.Random(seed)
    write_awkward(place / "whole", seed, size)
    pieces = deal(place / "whole", seed, deliveries)
    settings = load_settings(home=place / "home")
    settings.create_folders()
    inbox = settings.exports / "canonical"
    inbox.mkdir(parents=True)
    for delivery in range(deliveries):
        arrived = [piece for piece in pieces if piece.delivery == delivery]
        for piece in arrived:
            _write(inbox / piece.name, piece.rows)
        land_inbox(settings, Progress())
        if delivery == deliveries - 1 or chance.random() >= skipped:
            _build(place / "home")
    shutil.copytree(place / "home", place / "anew", symlinks=True)
    _build(place / "anew", full_refresh=True)
    return compare_homes(place / "home", place / "anew")


def compare_homes(one: Path, other: Path) -> list[str]:
    """Every table of the build files whose rows are not the same, with how many are in one only."""
    found = []
    for name, schemas in SCHEMAS.items():
        with duckdb.connect() as connection:
            connection.execute(f"attach '{one / 'build' / name}' as one (read_only)")
            connection.execute(f"attach '{other / 'build' / name}' as other (read_only)")
            tables = connection.execute(
                "select schema_name, table_name from duckdb_tables() where database_name = 'other'"
                " and list_contains(?, schema_name) order by 1, 2",
                [list(schemas)],
            ).fetchall()
            for schema, table in tables:
                columns = _rounded(connection, schema, table)
                counts = [
                    connection.execute(
                        f"select count(*) from (select {columns} from {left}.{schema}.{table}"
                        f" except all select {columns} from {right}.{schema}.{table})"
                    ).fetchone()
                    for left, right in (("one", "other"), ("other", "one"))
                ]
                if counts != [(0,), (0,)]:
                    found.append(f"{schema}.{table}: {counts[0]} only there, {counts[1]} missing")
    return found


def _rounded(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> str:
    """The table's columns; sums of doubles depend on the order of their rows in the last digits."""
    columns = connection.execute(
        "select column_name, data_type from duckdb_columns() where database_name = 'other'"
        " and schema_name = ? and table_name = ? order by column_index",
        [schema, table],
    ).fetchall()
    return ", ".join(f"round({name}, 9)" if kind == "DOUBLE" else f'"{name}"' for name, kind in columns)


def _build(home: Path, full_refresh: bool = False) -> None:
    report = build_models(load_settings(home=home), Progress(), full_refresh)
    failed = [check.name for check in report.checks if check.status in ("fail", "error")]
    assert report.success, failed


def _tables(export: Path) -> dict[str, list[Record]]:
    """Rows by entity, as texts."""
    tables: dict[str, list[Record]] = {}
    for path in sorted((export / "canonical").rglob("*")):
        if path.is_file():
            relative = path.relative_to(export / "canonical").as_posix()
            entity = relative.split("/")[0].split(".")[0]
            tables.setdefault(entity, []).extend(_read(path))
    for rows in tables.values():
        header = {name: "" for row in rows for name in row}
        rows[:] = [header | row for row in rows]
    return {entity: rows for entity, rows in tables.items() if rows}


def _read(path: Path) -> list[Record]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))
    if path.suffix == ".jsonl":
        lines: list[dict[str, Any]] = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    else:
        lines = pq.read_table(path).to_pylist()
    return [{name: "" if value is None else str(value) for name, value in line.items()} for line in lines]


def _write(path: Path, rows: list[Record]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _moment(row: Record, moments: list[str]) -> str:
    return next((row[column] for column in moments if row[column]), "")


def _keys(entity: str) -> tuple[str, ...]:
    return tuple(load_catalogue().sources["canonical"].entities[entity].key)
