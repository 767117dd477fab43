"""One export that comes in pieces: built piece by piece, at once, and by refreshes that were killed."""

from __future__ import annotations

import csv
import json
import random
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import pyarrow.parquet as pq

from orchestration.building import build, build_models
from orchestration.building.dbt import dbt_arguments
from orchestration.errors import EXIT_LOCKED
from orchestration.landing import land_inbox
from orchestration.landing.catalogue import load_catalogue
from orchestration.progress import Progress
from orchestration.publishing import current_version, verify_version
from orchestration.settings import load_settings
from tests.python.reference.awkward import Size, write_awkward

Record = dict[str, str]
SCHEMAS = {"private.duckdb": ("intermediate",), "shequn.duckdb": ("core", "marts")}
# what differs from one landing of the same files to another
OF_THE_LANDING = ("load_seq", "landed_at", "built_through", "origin", "built_through_date")


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
    Now and then all that has come of an entity comes once more. The rows of a delivery stand in any order, in
    one or two files whose names, and so their turns to land, are random.
    """
    chance = random.Random(seed)
    pieces: list[Piece] = []
    for entity, rows in _tables(export).items():
        keys = set(_keys(entity))
        moments = [column for column in rows[0] if column.endswith(("_at", "_date"))]
        timed = sorted(range(len(rows)), key=lambda place: _moment(rows[place], moments))
        dealt: dict[int, list[Record]] = {}
        right: dict[int, list[Record]] = {}
        for rank, place in enumerate(timed):
            row = rows[place]
            on_time = rank * deliveries // len(rows) if moments else chance.randrange(deliveries)
            due = on_time if chance.random() < 0.8 else chance.randrange(on_time, deliveries)
            if due and chance.random() < 0.15:
                other = chance.choice(rows)
                wrong = {name: row[name] if name in keys else other[name] for name in row}
                dealt.setdefault(chance.randrange(due), []).append(wrong)
            right.setdefault(due, []).append(row)
            if chance.random() < 0.05:
                dealt.setdefault(chance.randrange(due, deliveries), []).append(row)
        for delivery in range(deliveries):
            again = chance.random() < 0.1
            part = [
                row for due in range(0 if again else delivery, delivery + 1) for row in right.get(due, [])
            ]
            part += dealt.get(delivery, [])
            chance.shuffle(part)
            middle = chance.randrange(len(part) + 1)
            for half in filter(None, (part[:middle], part[middle:])):
                name = f"{entity}.{chance.randrange(1000):03}{len(pieces):04}.csv"
                pieces.append(Piece(delivery, name, half))
    return pieces


def differences_after(
    place: Path,
    seed: int,
    deliveries: int,
    size: Size | None = None,
    skipped: float = 0.2,
    data_tests: bool = True,
) -> list[str]:
    """Land and build delivery by delivery, then build all at once from the same raw: tables that differ.

    Args:
        place: An empty folder.
        seed: Same seed, same deliveries.
        deliveries: How many there are.
        size: Of the export.
        skipped: Share of the deliveries after which nothing is built, so that a build meets several.
        data_tests: Whether each build runs its data tests, which takes half of its time.
    """
    chance = random.Random(seed)
    write_awkward(place / "whole", seed, size)
    pieces = deal(place / "whole", seed, deliveries)
    home = place / "home"
    for delivery in range(deliveries):
        deliver(home, pieces, delivery)
        land_inbox(load_settings(home=home), Progress())
        if delivery == deliveries - 1 or chance.random() >= skipped:
            _build(home, data_tests=data_tests)
    return differences_to_one_build(home, place / "anew", data_tests)


def differences_after_kills(place: Path, seed: int, kills: int, size: Size | None = None) -> list[str]:
    """Kill the refresh that takes in a second delivery, again and again, then let it end: what is wrong then.

    The moments are random and spread over the whole of a refresh. After each, what is published is whole.

    Args:
        place: An empty folder.
        seed: Same seed, same deliveries and moments.
        kills: How many.
        size: Of the export.

    Returns:
        Tables, of raw and of the build, that differ from those of a home that nothing disturbed; published
        tables that differ from the build.
    """
    chance = random.Random(seed)
    write_awkward(place / "whole", seed, size)
    pieces = deal(place / "whole", seed, deliveries=2)
    home, calm = place / "home", place / "calm"
    deliver(home, pieces, 0)
    _refresh(home).wait()
    deliver(home, pieces, 1)
    shutil.copytree(home, calm, symlinks=True)
    started = time.monotonic()
    assert _refresh(calm).wait() == 0
    duration = time.monotonic() - started
    for kill in range(kills):
        victim = _refresh(home)
        time.sleep((kill + chance.random()) / kills * duration)
        victim.kill()
        victim.wait()
        version = current_version(load_settings(home=home))
        assert version is not None
        verify_version(load_settings(home=home), version)
    while (code := _refresh(home).wait()) == EXIT_LOCKED:
        time.sleep(0.2)  # what the last kill orphaned still ends
    assert code == 0
    return [
        *compare_files(
            calm / "build/private.duckdb",
            home / "build/private.duckdb",
            ("raw", *SCHEMAS["private.duckdb"]),
            OF_THE_LANDING,
        ),
        *compare_files(
            calm / "build/shequn.duckdb",
            home / "build/shequn.duckdb",
            SCHEMAS["shequn.duckdb"],
            OF_THE_LANDING,
        ),
        *compare_files(
            home / "build/shequn.duckdb", home / "published/current/shequn.duckdb", SCHEMAS["shequn.duckdb"]
        ),
    ]


def deliver(home: Path, pieces: list[Piece], delivery: int) -> None:
    """Put a delivery's files into the inbox."""
    settings = load_settings(home=home)
    settings.create_folders()
    inbox = settings.exports / "canonical"
    inbox.mkdir(parents=True, exist_ok=True)
    for piece in pieces:
        if piece.delivery == delivery:
            _write(inbox / piece.name, piece.rows)


def differences_to_one_build(home: Path, anew: Path, data_tests: bool = True) -> list[str]:
    """Copy a home, build everything anew there, and compare."""
    shutil.copytree(home, anew, symlinks=True)
    _build(anew, full_refresh=True, data_tests=data_tests)
    return compare_homes(home, anew)


def compare_homes(one: Path, other: Path) -> list[str]:
    """Every table of the build files whose rows are not the same, with how many are in one only."""
    return [
        difference
        for name, schemas in SCHEMAS.items()
        for difference in compare_files(one / "build" / name, other / "build" / name, schemas)
    ]


def compare_files(
    one: Path, other: Path, schemas: tuple[str, ...], left_out: tuple[str, ...] = ()
) -> list[str]:
    """Every table of two files whose rows are not the same, columns `left_out` apart."""
    found = []
    with duckdb.connect() as connection:
        connection.execute(f"attach '{one}' as one (read_only)")
        connection.execute(f"attach '{other}' as other (read_only)")
        tables = connection.execute(
            "select distinct schema_name, table_name from duckdb_tables()"
            " where list_contains(?, schema_name)"
            " and table_name not in ('inbox_files', 'audits')"  # known digests and audits save time
            " order by all",
            [list(schemas)],
        ).fetchall()
        for schema, table in tables:
            columns = _rounded(connection, schema, table, left_out)
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


def _rounded(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str, left_out: tuple[str, ...]
) -> str:
    """The table's columns; sums of doubles depend on the order of their rows in the last digits."""
    columns = connection.execute(
        "select column_name, data_type from duckdb_columns() where database_name = 'other'"
        " and schema_name = ? and table_name = ? order by column_index",
        [schema, table],
    ).fetchall()
    return ", ".join(
        f"round({name}, 9)" if kind == "DOUBLE" else f'"{name}"'
        for name, kind in columns
        if name not in left_out
    )


def _refresh(home: Path) -> subprocess.Popen[bytes]:
    command = [str(Path(sys.executable).parent / "shequn"), "refresh", "--home", str(home), "--quiet"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _build(home: Path, full_refresh: bool = False, data_tests: bool = True) -> None:
    left_out = [] if data_tests else ["--exclude-resource-type=test"]
    with patch.object(build, "dbt_arguments", lambda *given: [*dbt_arguments(*given), *left_out]):
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
