"""The published tables agree with the reference cell by cell, and the reference with figures done by hand."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from reference.awkward import Size, write_awkward
from reference.compare import compare, report, same
from reference.load import Export, load
from reference.marts import MARTS, compute
from reference.tables import Table
from reference.world import Parameters

from orchestration.progress import Progress
from orchestration.refresh import refresh
from orchestration.settings import load_settings

pytestmark = pytest.mark.usefixtures("parsed_once")

GOLDEN = Path(__file__).parent.parent / "fixtures" / "golden"
TABLES = tuple(MARTS)


def now() -> datetime:
    """This moment in the business time zone."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).replace(tzinfo=None)


# (a) The reference against figures worked out on paper.


def hand_worked() -> list[dict[str, str]]:
    with (GOLDEN / "hand_worked.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def golden_tables() -> dict[str, Table]:
    return compute(load(GOLDEN / "exports", now()), Parameters(), now().date())


def test_there_are_sixty_hand_worked_cells_of_every_table() -> None:
    cells = hand_worked()
    assert len(cells) >= 60
    assert {cell["table"] for cell in cells} == set(TABLES)


@pytest.mark.parametrize(
    "cell", hand_worked(), ids=lambda cell: f"{cell['table']}-{cell['grain']}-{cell['column']}"
)
def test_reference_agrees_with_hand_worked_cell(
    cell: dict[str, str], golden_tables: dict[str, Table]
) -> None:
    table = golden_tables[cell["table"]]
    grain = dict(part.split("=") for part in cell["grain"].split(";"))
    rows = [row for row in table.rows if all(str(row[name]) == value for name, value in grain.items())]
    if cell["column"] == "(row)":
        assert cell["value"] == "absent" and rows == []
        return
    assert len(rows) == 1, f"{len(rows)} rows"
    kind = table.columns[cell["column"]]
    expected = parsed(kind, cell["value"])
    actual = rows[0][cell["column"]]
    assert same(kind, expected, actual), f"by hand {expected!r}, reference {actual!r}: {cell['why']}"


def parsed(kind: str, text: str) -> Any:
    """A hand-written cell; nothing is NULL, rates may be written as fractions."""
    if not text:
        return None
    parsers: dict[str, Any] = {
        "count": int,
        "money": Fraction,
        "double": Fraction,
        "bool": {"true": True, "false": False}.__getitem__,
        "date": date.fromisoformat,
        "timestamp": datetime.fromisoformat,
        "time": time.fromisoformat,
        "text": str,
    }
    return parsers[kind](text)


# (b), (c) The published warehouse against the reference.


@dataclass(frozen=True)
class Case:
    """One export and one choice of parameters."""

    name: str
    seed: int | None = None
    size: Size | None = None
    first_day: date = date(2024, 1, 17)
    as_of: date | None = None
    history_start: date | None = None


CASES = (
    Case("golden"),
    Case("golden-earlier", as_of=date(2024, 4, 9), history_start=date(2024, 3, 6)),
    Case("awkward-1", seed=1),
    # The 30th day after the last of February.
    Case("awkward-2", seed=2, as_of=date(2024, 3, 30), history_start=date(2024, 2, 10)),
    Case("awkward-3", seed=3, first_day=date(2023, 11, 20)),
    # Long enough for the year before and for 29 February, which has none.
    Case("awkward-long", seed=4, size=Size(days=420, events=150, groups=3), first_day=date(2023, 1, 25)),
)


@dataclass(frozen=True)
class Run:
    """A finished refresh and what the reference expects of it."""

    home: Path
    database: Path
    export: Export
    tables: dict[str, Table]


@pytest.fixture(scope="module", params=CASES, ids=lambda case: case.name)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Refresh the case's export in a home of its own, and compute the same with the reference."""
    case: Case = request.param
    home = tmp_path_factory.mktemp(case.name)
    if case.seed is None:
        shutil.copytree(GOLDEN / "exports", home / "exports")
    else:
        write_awkward(home / "exports", case.seed, case.size, case.first_day)
    dbt_vars = {"history_start_date": case.history_start.isoformat()} if case.history_start else {}
    settings = load_settings(home=home, as_of=case.as_of, dbt_vars=dbt_vars)
    landed_at = now()
    refresh(settings, Progress())
    export = load(home / "exports", landed_at)
    parameters = Parameters(as_of_date=case.as_of, history_start_date=case.history_start)
    yield Run(home, settings.published_db, export, compute(export, parameters, landed_at.date()))
    shutil.rmtree(home)


@pytest.mark.parametrize("name", TABLES)
def test_published_table_agrees_with_reference(run: Run, name: str) -> None:
    table = run.tables[name]
    assert table.rows, "the reference expects no row: nothing would be compared"
    differences = compare(table, run.database)
    assert not differences, "\n" + report(differences)


def test_rejected_rows_agree_with_reference(run: Run) -> None:
    """Each is named by file, the physical line its record begins on, and the first column at fault."""
    with duckdb.connect(str(run.home / "build" / "private.duckdb"), read_only=True) as connection:
        found = connection.execute("select path, line, column_name from raw.rejected_rows").fetchall()
    assert sorted(found) == sorted((row.path, row.line, row.column) for row in run.export.rejected)


# The tools of the comparison.


def test_same_seed_writes_the_same_awkward_export(tmp_path: Path) -> None:
    for name, seed in (("once", 7), ("again", 7), ("other", 8)):
        write_awkward(tmp_path / name, seed)
    files = [path.relative_to(tmp_path / "once") for path in (tmp_path / "once").rglob("*.*")]
    content = {
        name: [(tmp_path / name / file).read_bytes() for file in files] for name in ("once", "again", "other")
    }
    assert content["once"] == content["again"] != content["other"]


@pytest.mark.parametrize(
    ("kind", "expected", "actual", "agrees"),
    [
        ("count", 3, 3, True),
        ("count", 0, None, False),
        ("count", None, 0, False),
        ("money", Decimal("1.00"), Decimal("1.004"), True),
        ("money", Decimal("1.00"), Decimal("1.01"), False),
        ("double", Fraction(1, 3), 1 / 3, True),
        ("double", Fraction(1, 3), 0.33333333, False),
        ("double", 1e6, 1e6 + 1e-4, True),
        ("bool", True, 1, False),
        ("date", date(2024, 3, 1), datetime(2024, 3, 1), False),
        ("text", None, None, True),
        ("text", "", None, False),
        ("sentence", ("甲", "12", "1,200.00"), "甲 lost 12 of 1,200.00", True),
        ("sentence", ("12",), "lost 112, 12.5 and 1,12", False),
        ("sentence", ("9",), "有 9。", True),
    ],
)
def test_cells_agree_only_when_they_are_the_same(kind: str, expected: Any, actual: Any, agrees: bool) -> None:
    assert same(kind, expected, actual) is agrees


def test_comparison_finds_missing_extra_and_changed_rows(tmp_path: Path) -> None:
    database = tmp_path / "some.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.some as from (values ('a', 1), ('b', 2), ('c', 3)) rows(name, count)"
        )
    rows = [{"name": "a", "count": 1}, {"name": "b", "count": 5}, {"name": "d", "count": 4}]
    table = Table("marts", "some", ("name",), {"name": "text", "count": "count"}, rows)
    assert report(compare(table, database)).splitlines() == [
        "some (b) count: expected 5, actual 2",
        "some (c): expected no row, actual a row",
        "some (d): expected a row, actual no row",
    ]
