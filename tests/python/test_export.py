"""`shequn export`: what the files hold is what is published, and nothing runs in a spreadsheet."""

from __future__ import annotations

import codecs
import csv
import fcntl
import json
import os
import resource
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from click.testing import CliRunner
from homes import STORAGE, audit_passes, finish_build, make_home, run_in_fork
from python_calamine import CalamineWorkbook

from orchestration.cli import build_cli
from orchestration.errors import EXIT_FAILURE, EXIT_LOCKED, EXIT_USAGE, ShequnError
from orchestration.publishing import publish
from orchestration.serving import workbook
from orchestration.serving.export import Export, Wish, export_tables
from orchestration.serving.formats import neutralise
from orchestration.serving.tables import said_of_tables
from orchestration.settings import Settings

FORMULAS = ["=1+1", "+86 138", "-1", "@SUM(A1)", "\t=1", "\r=1"]
HARMLESS = [
    "a=1",
    "'quoted'",
    'say "hi"',
    "a,b",
    "line\nbreak",
    "你好，<b>&amp;</b>",
    "_x0041_",
    " padded ",
    "",
]
TABLES = """
create table marts.mart_rfm as select * from (values
    ('m1', 1, 2.50::decimal(18, 2), 1.5::double, true, date '2026-06-01', timestamp '2026-06-01 08:30:15',
        time '23:59:00'),
    ('m2', -7, -0.10, -1e-7, false, date '1899-12-31', timestamp '2026-06-30 23:59:59.5', time '00:00:00'),
    (null, null, null, null, null, null, null, null),
    ('m3', 9007199254740993, 1234567890.12, 'nan', null, null, null, null)
) as rows(member_id, frequency, monetary, score, is_in_community, last_date, last_at, at_time);
create table marts.mart_community_kpi as
    select 'week' as period_type, date '2026-06-01' + (i * 7)::int as period_start, i as members_end
    from range(4) as weeks(i);
create table marts.mart_activity as
    select * from (values ('a1', timestamp '2026-06-09 23:00:00'), ('a2', null))
    as rows(activity_id, started_at);
create table core.fct_message as select 'x' as message_id, timestamp '2026-06-01 00:00:00' as sent_at;
"""


def build(settings: Settings, more: str = "") -> None:
    finish_build(settings, 3)
    with duckdb.connect(settings.warehouse_db, config=STORAGE) as connection:
        connection.execute(TABLES + more)
        connection.execute("create table marts.mart_live (live_id varchar, title varchar)")
        for place, text in enumerate(FORMULAS + HARMLESS):
            connection.execute("insert into marts.mart_live values (?, ?)", [str(place), text])
    publish(settings, audit_passes)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = make_home(tmp_path_factory.mktemp("export"))
    build(settings)
    return settings


def export(settings: Settings, out: Path, form: str, *tables: str, **more: Any) -> Export:
    return export_tables(settings, Wish(form, tables, **more), out)


def rows_of(settings: Settings, table: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(settings.published_db, read_only=True) as connection:
        return connection.execute(f"from {table}").fetchall()


def sheet(path: Path) -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(path).active.iter_rows(values_only=True))


def entries(out: Path) -> dict[str, dict[str, Any]]:
    return {entry["file"]: entry for entry in json.loads((out / "export.json").read_text())["files"]}


def test_all_marts_are_written_and_told_of(settings: Settings, tmp_path: Path) -> None:
    made = export_tables(settings, Wish("csv"))
    assert made.folder == settings.home / "out"
    assert {table.file for table in made.tables} == {
        f"{name}.csv"
        for name in ("mart_tiny", "mart_rfm", "mart_community_kpi", "mart_activity", "mart_live")
    }
    assert {path.name for path in made.folder.iterdir()} == {*(t.file for t in made.tables), "export.json"}
    told = entries(made.folder)
    for table in made.tables:
        assert table.rows == made.version.manifest["tables"][table.table] == told[table.file]["rows"]
        assert table.size_bytes == (made.folder / table.file).stat().st_size
        assert told[table.file]["version"] == made.version.name


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_files_equal_the_published_tables_both_ways(
    settings: Settings, tmp_path: Path, form: str, lang: str
) -> None:
    made = export(settings, tmp_path, form, lang=lang)
    with duckdb.connect(settings.published_db, read_only=True) as connection:
        for table in made.tables:
            read = f"read_{form}('{tmp_path / table.file}'" + (
                ", all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"',"
                " allow_quoted_nulls = false, auto_detect = false, columns = {columns})"
                if form == "csv"
                else ")"
            )
            names = connection.execute(
                "select column_name, data_type from duckdb_columns()"
                " where schema_name || '.' || table_name = ? order by column_index",
                [table.table],
            ).fetchall()
            typed = {name: "VARCHAR" for name, _ in names}
            wanted = f"select {', '.join(_disarmed(*pair, form) for pair in names)} from {table.table}"
            found = f"from {read.replace('{columns}', str(typed))}"
            for left, right in ((wanted, found), (found, wanted)):
                assert connection.execute(f"({left}) except all ({right})").fetchall() == []


def _disarmed(name: str, kind: str, form: str) -> str:
    if form == "parquet":
        return name
    risky = f"regexp_matches({name}, '^[=+\\-@\\t\\r]')" if kind == "VARCHAR" else "false"
    return f"case when {risky} then '''' || {name}::varchar else {name}::varchar end"


def test_csv_has_formulas_disarmed_and_is_for_excel_in_chinese(settings: Settings, tmp_path: Path) -> None:
    export(settings, tmp_path, "csv", "mart_live", lang="zh")
    content = (tmp_path / "mart_live.csv").read_bytes()
    assert content.startswith(codecs.BOM_UTF8 + "直播ID".encode())
    text = content.decode("utf-8-sig")
    cells = [row[1] for row in csv.reader(text.splitlines(keepends=True))][1:]
    assert cells == [neutralise(text) for text in FORMULAS + HARMLESS]
    export(settings, tmp_path, "csv", "mart_live")
    assert (tmp_path / "mart_live.csv").read_bytes().startswith(b"live_id,title\n")


def test_a_workbook_has_types_dates_and_a_frozen_header(settings: Settings, tmp_path: Path) -> None:
    export(settings, tmp_path, "xlsx", "mart_rfm", lang="zh")
    page = openpyxl.load_workbook(tmp_path / "mart_rfm.xlsx").active
    assert page.title == "RFM用户分层"
    assert page.freeze_panes == "A2"
    assert page.auto_filter.ref == "A1:H5"
    header, *rows = page.iter_rows(values_only=True)
    said = said_of_tables()["mart_rfm"]
    assert (
        header[:3]
        == ("成员ID", "购买次数", "购买金额")
        == tuple(said.label(name) for name in ("member_id", "frequency", "monetary"))
    )
    assert header[3] == "score", "a column that no model has keeps its name"
    assert rows == [
        ("m1", 1, 2.5, 1.5, True, datetime(2026, 6, 1), datetime(2026, 6, 1, 8, 30, 15), time(23, 59)),
        ("m2", -7, -0.1, -1e-7, False, "1899-12-31", datetime(2026, 6, 30, 23, 59, 59, 500000), time(0)),
        (None,) * 8,
        ("m3", "9007199254740993", 1234567890.12, "nan", None, None, None, None),
    ]
    formats = [cell.number_format for cell in page[2]]
    assert formats[2:] == [
        "0.00",
        "General",
        "General",
        r"yyyy\-mm\-dd",
        r"yyyy\-mm\-dd\ hh:mm:ss",
        "hh:mm:ss",
    ]
    other = CalamineWorkbook.from_path(tmp_path / "mart_rfm.xlsx").get_sheet_by_index(0).to_python()
    assert other[1][:5] == ["m1", 1, 2.5, 1.5, True]
    assert other[1][5:7] == [date(2026, 6, 1), datetime(2026, 6, 1, 8, 30, 15)]


def test_texts_reach_a_workbook_whole_and_no_formula_runs(settings: Settings, tmp_path: Path) -> None:
    export(settings, tmp_path, "xlsx", "mart_live")
    page = openpyxl.load_workbook(tmp_path / "mart_live.xlsx").active
    assert {cell.data_type for cell in page["B"]} == {"s"}
    read = CalamineWorkbook.from_path(tmp_path / "mart_live.xlsx").get_sheet_by_index(0).to_python()
    wanted = [neutralise(text) for text in FORMULAS + HARMLESS]
    assert [row[1] for row in read[1:]] == wanted


def test_what_xml_cannot_hold_shows(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        column = workbook.Column("a", "a", "VARCHAR")
        connection.execute("create table t as select chr(1) || 'x' || chr(31) || chr(65534) as a")
        assert workbook.write_workbook(tmp_path / "a.xlsx", connection, "t", [column], "a/b") == 1
        assert sheet(tmp_path / "a.xlsx") == [("a",), ("\ufffdx\ufffd\ufffd",)]
        connection.execute("create or replace table t as select repeat('x', 40000) as a")
        with pytest.raises(ShequnError, match="40000 characters"):
            workbook.write_workbook(tmp_path / "b.xlsx", connection, "t", [column], "t")


@pytest.mark.parametrize(("rows", "sheets"), [(0, 1), (2, 1), (3, 1), (4, 2), (9, 3)])
def test_more_rows_than_a_sheet_holds_go_on_in_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int, sheets: int
) -> None:
    monkeypatch.setattr(workbook, "SHEET_ROWS", 3)
    columns = [workbook.Column(name, name, "BIGINT") for name in ("i", "j")]
    with duckdb.connect() as connection:
        source = f"(select i, -i as j from range({rows}) as numbers(i))"
        workbook.write_workbook(tmp_path / "a.xlsx", connection, source, columns, "n" * 31)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    pages = [list(page.iter_rows(values_only=True)) for page in book.worksheets]
    assert len(pages) == sheets
    assert {page[0] for page in pages} == {("i", "j")}
    assert [row for page in pages for row in page[1:]] == [(i, -i) for i in range(rows)]
    assert [page.title for page in book.worksheets][1:] == [f"{'n' * 27} {n}" for n in range(2, sheets + 1)]


def test_columns_have_letters() -> None:
    assert [workbook.letters(place) for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_since_holds_dated_rows_alone(settings: Settings, tmp_path: Path) -> None:
    made = export(settings, tmp_path, "csv", since=date(2026, 6, 9))
    counts = {table.file: (table.rows, table.dated_by) for table in made.tables}
    assert counts["mart_community_kpi.csv"] == (2, "period_start")
    assert counts["mart_activity.csv"] == (2, "started_at"), "nobody knows that the undated one is older"
    assert counts["mart_rfm.csv"] == (4, None)


def test_core_when_named_and_chinese_names(settings: Settings, tmp_path: Path) -> None:
    made = export(settings, tmp_path, "parquet", "core.fct_message", "社群指标", "MART_RFM", "mart_rfm")
    assert [table.file for table in made.tables] == [
        "fct_message.parquet",
        "mart_community_kpi.parquet",
        "mart_rfm.parquet",
    ]


def test_an_unknown_table_names_its_nearest(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ShequnError, match="Nearest: mart_rfm") as caught:
        export(settings, tmp_path, "csv", "mart_rmf")
    assert caught.value.exit_code == EXIT_USAGE
    assert list(tmp_path.iterdir()) == []


def test_nothing_published_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(ShequnError, match="shequn refresh") as caught:
        export(make_home(tmp_path / "home"), tmp_path / "out", "csv")
    assert caught.value.exit_code == EXIT_USAGE
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("room", ["exports", "exports/canonical", "published/x", "build", "vault"])
def test_the_rooms_of_the_house_are_not_written_into(settings: Settings, room: str) -> None:
    with pytest.raises(ShequnError, match="--out") as caught:
        export(settings, settings.home / room, "csv")
    assert caught.value.exit_code == EXIT_USAGE


def test_a_second_export_replaces_its_own_and_leaves_the_rest(tmp_path: Path) -> None:
    settings = make_home(tmp_path / "home")
    build(settings)
    out = tmp_path / "out"
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    first = export(settings, out, "csv", "mart_rfm", "mart_tiny")
    build(settings, "insert into marts.mart_rfm (member_id) values ('m9');")
    second = export(settings, out, "csv", "mart_rfm")
    assert second.tables[0].rows == 5
    assert {path.name for path in out.iterdir()} == {
        "notes.txt",
        "mart_rfm.csv",
        "mart_tiny.csv",
        "export.json",
    }
    assert {name: entry["version"] for name, entry in entries(out).items()} == {
        "mart_rfm.csv": second.version.name,
        "mart_tiny.csv": first.version.name,
    }


@pytest.mark.parametrize("form", ["parquet", "csv", "xlsx"])
def test_a_full_disk_leaves_what_was_there(settings: Settings, tmp_path: Path, form: str) -> None:
    export(settings, tmp_path, form, "mart_rfm", "mart_live")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def into_a_full_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
        with pytest.raises(ShequnError, match="could not be written") as caught:
            export(settings, tmp_path, form)
        assert caught.value.exit_code == EXIT_FAILURE

    assert run_in_fork(into_a_full_disk) == 0
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_folder_that_cannot_be_made_is_named(settings: Settings) -> None:
    with pytest.raises(ShequnError, match="/proc/none"):
        export(settings, Path("/proc/none"), "csv")


def test_what_a_killed_export_left_goes_and_two_do_not_mix(settings: Settings, tmp_path: Path) -> None:
    leftover = tmp_path / ".export" / "mart_rfm.csv"
    leftover.parent.mkdir()
    leftover.write_text("half")
    with leftover.parent.joinpath("mart_tiny.csv").open("w"):
        pass
    descriptor = os.open(leftover.parent, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with pytest.raises(ShequnError, match="Another export") as caught:
        export(settings, tmp_path, "csv")
    assert caught.value.exit_code == EXIT_LOCKED
    os.close(descriptor)
    export(settings, tmp_path, "csv", "mart_rfm")
    assert {path.name for path in tmp_path.iterdir()} == {"mart_rfm.csv", "export.json"}


def test_the_command_says_what_it_wrote(settings: Settings, tmp_path: Path) -> None:
    base = ["export", "--home", str(settings.home), "--out", str(tmp_path), "--format", "csv"]
    runner = CliRunner()
    done = runner.invoke(build_cli("en"), [*base, "--since", "2026-06-09"])
    assert done.exit_code == 0
    assert "Written whole" in done.stdout
    assert "mart_rfm.csv" in done.stdout
    answer = runner.invoke(build_cli("en"), [*base, "--json", "--mart", "mart_rfm", "--lang", "zh"])
    assert [entry["rows"] for entry in json.loads(answer.stdout)["files"]] == [4]
    assert (tmp_path / "mart_rfm.csv").read_text(encoding="utf-8-sig").startswith("成员ID,")
    assert runner.invoke(build_cli("en"), [*base, "--quiet"]).stdout == ""


def test_the_language_of_the_environment_does_not_change_headers(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    base = ["export", "--home", str(settings.home), "--out", str(tmp_path), "--format", "csv"]
    done = CliRunner().invoke(build_cli("zh"), [*base, "--mart", "mart_rfm"])
    assert "已从版本" in done.stdout
    assert (tmp_path / "mart_rfm.csv").read_text().startswith("member_id,")


def test_every_dated_column_is_one() -> None:
    """`meta.dated_by` names a column of its model."""
    for name, said in said_of_tables().items():
        assert said.dated_by is None or said.dated_by in said.labels, name


def test_every_table_has_a_grain() -> None:
    assert [name for name, said in said_of_tables().items() if not said.grain] == []
