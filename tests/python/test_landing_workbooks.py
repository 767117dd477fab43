"""Spreadsheets at the gate: which sheet is what, and every row of each accounted for."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from inboxes import Inbox, assert_accounted_for, outcome_of
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from orchestration.landing import workbook_archive
from orchestration.messages import say
from orchestration.reports import FileOutcome

HEADER = ["退款单号", "订单号", "退款时间", "退款金额（元）", "退款原因"]
REFUNDS = "canonical/refunds.xlsx"


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


def refund(number: int = 1, **changes: Any) -> list[Any]:
    row = {
        "refund_id": f"r{number}",
        "order_id": "o1",
        "refunded_at": datetime(2026, 3, 1, 10, 5, 6),
        "refund_amount": 1.5,
        "reason": "漏发",
    }
    return list((row | changes).values())


def content_of(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def workbook(**sheets: list[list[Any]]) -> Workbook:
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    return book


def land_rows(
    inbox: Inbox, *rows: list[Any], change: Callable[[Worksheet], None] | None = None
) -> FileOutcome:
    """One sheet of refunds."""
    book = workbook(Sheet1=list(rows))
    if change is not None:
        change(book["Sheet1"])
    inbox.write(REFUNDS, content_of(book))
    outcome = outcome_of(inbox.land(), f"{REFUNDS}#Sheet1")
    if outcome.status == "landed":
        assert_accounted_for(outcome)
    return outcome


def account(outcome: FileOutcome) -> tuple[int, int, int, int]:
    return outcome.header, outcome.accepted, outcome.rejected, outcome.blank


def rejects(inbox: Inbox) -> list[tuple[Any, ...]]:
    return inbox.sql("select line, column_name, code from raw.rejected_rows order by line")


def test_a_sheet_as_people_keep_it(inbox: Inbox) -> None:
    """Titles above the header, merged cells, empty rows, totals, Chinese headers with notes."""
    outcome = land_rows(
        inbox,
        ["三月退款登记"],
        ["制表：小禾", None, None, "单位：元"],
        [],
        HEADER,
        refund(1),
        [],
        ["  ", None, "　"],
        ["小计：", None, None, 1.5],
        refund(2, refunded_at="2026-03-02 09:00:00", refund_amount=" 2.50 "),
        [None, "合计", None, 4],
        change=lambda sheet: sheet.merge_cells("A1:E1"),
    )
    assert account(outcome) == (4, 2, 0, 4)
    assert (outcome.totals, outcome.unknown_columns) == (2, ())
    assert inbox.sql(
        "select line, refund_id, order_id, refunded_at, refund_amount, reason, extra"
        " from raw.canonical__refunds order by line"
    ) == [
        (5, "r1", "o1", "2026-03-01 10:05:06", "1.50", "漏发", None),
        (9, "r2", "o1", "2026-03-02 09:00:00", "2.50", "漏发", None),
    ]


def test_a_merged_cell_has_its_value_at_the_top_left_alone(inbox: Inbox) -> None:
    outcome = land_rows(inbox, HEADER, refund(1), refund(2), change=lambda sheet: sheet.merge_cells("B2:B3"))
    assert account(outcome) == (1, 1, 1, 0)
    assert rejects(inbox) == [(3, "order_id", "E_REQUIRED")]


def test_cells_become_the_text_that_a_csv_would_hold(inbox: Inbox) -> None:
    outcome = land_rows(
        inbox,
        [*HEADER, "备注", None],
        [
            *refund(refund_id=1001, refunded_at=date(2026, 3, 1), refund_amount=2, reason=True),
            0.1,
            "nameless",
        ],
        [*refund(refund_id="0012", reason=12.50), timedelta(hours=30), None],
        [*refund(3, refund_amount=1e-7, reason=date(2026, 3, 1)), 1e18, None],
    )
    assert account(outcome) == (1, 3, 0, 0)
    assert outcome.unknown_columns == ("备注", "column_7")
    assert inbox.sql(
        "select refund_id, refunded_at, refund_amount, reason, extra"
        " from raw.canonical__refunds order by line"
    ) == [
        ("1001", "2026-03-01 00:00:00", "2.00", "true", '{"备注": "0.1", "column_7": "nameless"}'),
        ("0012", "2026-03-01 10:05:06", "1.50", "12.5", '{"备注": "30:00:00"}'),
        ("r3", "2026-03-01 10:05:06", "0.00", "2026-03-01", '{"备注": "1e+18"}'),
    ]


def test_a_number_beyond_all_bounds_is_no_amount(inbox: Inbox) -> None:
    def overflow(sheet: Worksheet) -> None:
        sheet["D3"].value, sheet["D3"].data_type = "1e400", "n"

    assert account(land_rows(inbox, HEADER, refund(1), refund(2), change=overflow)) == (1, 1, 1, 0)
    assert rejects(inbox) == [(3, "refund_amount", "E_MONEY")]


def test_cells_that_hold_no_value_of_their_column_are_rejected(inbox: Inbox) -> None:
    def break_cells(sheet: Worksheet) -> None:
        sheet["D4"].value, sheet["D4"].data_type = "#N/A", "e"
        sheet["E5"].value, sheet["E5"].data_type = "#DIV/0!", "e"

    rows: list[list[Any]] = [
        refund(1, order_id=1234567890123456789),
        refund(2),
        refund(3),
        refund(4),
        refund(5, refund_amount=timedelta(seconds=68)),
        refund(6, order_id=date(2026, 3, 1)),
        refund(7, order_id="1.23457E+18"),
        refund(8, refund_amount="1.2万"),
        refund(9, refunded_at=46024.4166666667),
        refund(10),
    ]
    outcome = land_rows(inbox, ["标题"], HEADER, *rows, change=break_cells)
    assert account(outcome) == (2, 2, 8, 0)
    assert rejects(inbox) == [
        (3, "order_id", "E_ID_DESTROYED"),
        (4, "refund_amount", "E_CELL_ERROR"),
        (5, "reason", "E_CELL_ERROR"),
        (7, "refund_amount", "E_CELL_DURATION"),
        (8, "order_id", "E_CELL_DATE"),
        (9, "order_id", "E_ID_DESTROYED"),
        (10, "refund_amount", "E_MONEY"),
        (11, "refunded_at", "E_TIMESTAMP"),
    ]
    [original] = inbox.column("select original from raw.rejected_rows where line = 10")
    assert '"refund_amount": "1.2万"' in original
    for code in ("E_CELL_ERROR", "E_CELL_DURATION", "E_CELL_DATE"):
        assert say(f"landing.{code}", "zh", column="订单号", value="x")


def test_errors_are_found_where_the_table_begins_further_right(inbox: Inbox) -> None:
    def break_cell(sheet: Worksheet) -> None:
        sheet["F5"].value, sheet["F5"].data_type = "#N/A", "e"

    outcome = land_rows(
        inbox, [], [], [None, *HEADER], [None, *refund(1)], [None, *refund(2)], change=break_cell
    )
    assert account(outcome) == (3, 1, 1, 0)
    assert rejects(inbox) == [(5, "reason", "E_CELL_ERROR")]


def test_a_sheet_without_its_header_is_told_against_the_nearest_row(inbox: Inbox) -> None:
    outcome = land_rows(inbox, ["退款登记"], ["退款单号", "订单编码", "退款时间", "退款金额"], refund(1))
    assert (outcome.status, outcome.code, outcome.params["missing"]) == ("refused", "E_HEADER", "order_id")
    assert outcome.params["found"] == "2: 退款单号, 订单编码, 退款时间, 退款金额, column_5"
    assert outcome.params["alike"] == "订单编码 → order_id"


def test_two_headers_for_one_column_are_refused(inbox: Inbox) -> None:
    outcome = land_rows(inbox, [*HEADER, "订单编号"], [*refund(1), "o2"])
    assert (outcome.code, outcome.params["twice"]) == ("E_HEADER", "order_id (订单号, 订单编号)")


def test_a_column_under_its_own_name_leaves_the_others_alone(inbox: Inbox) -> None:
    outcome = land_rows(inbox, [*HEADER, "order_id"], [*refund(1, order_id="theirs"), "o2"])
    assert outcome.unknown_columns == ("订单号",)
    assert inbox.column("select order_id from raw.canonical__refunds") == ["o2"]


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_text_files_may_have_chinese_names_too(inbox: Inbox, suffix: str) -> None:
    header = "退款单号,订单号 ,退款时间,退款金额（元）,退款原因"
    content = f"{header}\nr1,o1,2026-03-01,1,漏发\n"
    if suffix == "jsonl":
        keys = [name.strip() for name in header.split(",")]
        content = json.dumps(dict(zip(keys, ["r1", "o1", "2026-03-01", 1, "漏发"], strict=True)))
    outcome = inbox.land_one(f"canonical/refunds.{suffix}", content)
    assert (outcome.accepted, outcome.unknown_columns) == (1, ())
    assert inbox.sql("select refund_id, order_id, refund_amount, reason from raw.canonical__refunds") == [
        ("r1", "o1", "1.00", "漏发")
    ]


def test_an_object_with_two_keys_for_one_column_is_rejected(inbox: Inbox) -> None:
    good = '{"refund_id": "r1", "order_id": "o1", "refunded_at": "2026-03-01", "refund_amount": 1}\n'
    outcome = inbox.land_one("canonical/refunds.jsonl", good + '{"订单号": "o1", "订单编号": "o2"}')
    assert (outcome.accepted, outcome.rejected) == (1, 1)
    assert rejects(inbox) == [(2, "order_id", "E_JSON")]


REGISTRY = "canonical/登记表.xlsx"


def registry() -> Workbook:
    return workbook(
        说明=[["怎么填"]],
        退款=[HEADER, refund(1), refund(2)],
        渠道投放=[["日期", "渠道ID", "花费"], [date(2026, 3, 1), "c1", 100]],
        kpi_targets=[
            ["scorecard", "period_type", "period_start", "scope_type", "metric_id", "weight", "direction"],
            ["s", "month", date(2026, 3, 1), "all", "gmv", 1, "up"],
        ],
        杂项=[["随手记"]],
        空=[],
        藏=[["x"]],
    )


def test_every_sheet_of_a_registry_lands_as_a_file_of_its_own(inbox: Inbox) -> None:
    book = registry()
    book["藏"].sheet_state = "hidden"
    inbox.write(REGISTRY, content_of(book))
    report = inbox.land()
    found = {outcome.path.partition("#")[2]: outcome for outcome in report.files}
    assert {name: outcome.status for name, outcome in found.items()} == {
        "说明": "ignored",
        "退款": "landed",
        "渠道投放": "landed",
        "kpi_targets": "landed",
        "杂项": "refused",
        "空": "ignored",
        "藏": "ignored",
    }
    assert list(found)[-1] == "kpi_targets", "targets name what other sheets bring"
    assert (found["杂项"].code, found["杂项"].params["sheet"]) == ("E_UNKNOWN_SHEET", "杂项")
    assert "(" in found["杂项"].params["known"]
    assert found["渠道投放"].entity == "channel_spend"
    assert inbox.column("select path from raw.files where entity = 'channel_spend'") == [
        f"{REGISTRY}#渠道投放"
    ]
    assert inbox.column("select line from raw.canonical__refunds order by line") == [2, 3]


def test_the_same_workbook_twice_changes_nothing(inbox: Inbox) -> None:
    path = inbox.write(REGISTRY, content_of(registry()))
    inbox.land()
    before = inbox.sql("select * from raw.files order by path")
    path.rename(path.with_name("登记表 (1).xlsx"))
    for _ in range(2):
        statuses = {outcome.status for outcome in inbox.land().files}
        assert statuses == {"unchanged", "ignored", "refused"}
    assert inbox.sql("select * from raw.files order by path") == before
    report = inbox.land(tables=["canonical__refunds"])
    assert [outcome.path for outcome in report.files] == ["canonical/登记表 (1).xlsx#退款"]


def test_a_corrected_cell_is_a_new_landing(inbox: Inbox) -> None:
    land_rows(inbox, HEADER, refund(1))
    outcome = land_rows(inbox, HEADER, refund(1, refund_amount=9))
    assert outcome.status == "landed"
    assert inbox.column(
        "select refund_amount from raw.canonical__refunds qualify row_number() over"
        " (partition by refund_id order by load_seq desc) = 1"
    ) == ["9.00"]


def test_a_workbook_named_after_a_table(inbox: Inbox) -> None:
    book = workbook(Sheet1=[HEADER, refund(1)], Sheet2=[], 渠道=[["渠道ID"], ["c1"]])
    inbox.write("canonical/refunds/六月.xlsx", content_of(book))
    assert [(o.path.partition("#")[2], o.status, o.entity) for o in inbox.land().files] == [
        ("Sheet1", "landed", "refunds"),
        ("Sheet2", "ignored", None),
        ("渠道", "landed", "channels"),
    ]
    book = workbook(Sheet1=[HEADER, refund(1)], 汇总=[["x"]], 备忘=[["y"]])
    outcome = inbox.land_one(REFUNDS, content_of(book))
    assert (outcome.status, outcome.code, outcome.params["sheets"]) == ("refused", "E_SHEETS", "汇总, 备忘")


def test_a_copy_under_another_tables_name_is_refused(inbox: Inbox) -> None:
    rows = [
        ["成员ID", "标签", "订单号", "退款单号", "退款时间", "退款金额"],
        ["m", "t", "o", "r", "2026-03-01", 1],
    ]
    content = content_of(workbook(Sheet1=rows))
    inbox.write(REFUNDS, content)
    inbox.land()
    outcome = inbox.write("canonical/member_tags.xlsx", content)
    outcome = outcome_of(inbox.land(), "canonical/member_tags.xlsx#Sheet1")
    assert (outcome.code, outcome.params["path"]) == ("E_LANDED_ELSEWHERE", f"{REFUNDS}#Sheet1")


def packed(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


GOOD = content_of(workbook(Sheet1=[HEADER, refund(1)]))
DAMAGED = bytearray(GOOD)
DAMAGED[len(GOOD) // 2 : len(GOOD) // 2 + 300] = b"\xff" * 300


@pytest.mark.parametrize(
    ("content", "code", "params"),
    [
        (b"", "E_EMPTY_WORKBOOK", {}),
        (b"refund_id,order_id\n1,2\n", "E_NOT_WORKBOOK", {"kind": "text (CSV?)"}),
        (b"<html><table><tr><td>1</td></tr></table></html>", "E_NOT_WORKBOOK", {"kind": "HTML/XML"}),
        (packed({"a.csv": b"1"}), "E_NOT_WORKBOOK", {"kind": "ZIP"}),
        (packed({"xl/workbook.bin": b"1"}), "E_NOT_WORKBOOK", {"kind": "Excel .xlsb"}),
        (GOOD[: len(GOOD) // 2], "E_DAMAGED_WORKBOOK", {}),
        (bytes(DAMAGED), "E_DAMAGED_WORKBOOK", {}),
        (content_of(workbook(a=[])), "E_EMPTY_WORKBOOK", {}),
        (packed({"xl/workbook.xml": bytes(20 << 20)}), "E_BOMB", {"limit": "1,024 MiB"}),
    ],
)
def test_what_is_no_sound_workbook_is_refused_whole(
    inbox: Inbox, content: bytes, code: str, params: dict[str, Any]
) -> None:
    inbox.write(
        "canonical/refunds.good.csv", "refund_id,order_id,refunded_at,refund_amount\n1,2,2026-03-01,1\n"
    )
    inbox.write(REFUNDS, content)
    for _ in range(2):
        outcome = outcome_of(inbox.land(), REFUNDS)
        assert (outcome.status, outcome.code) == ("refused", code)
        assert {name: outcome.params[name] for name in params} == params
    assert say(f"landing.{code}", "zh", **outcome.params)
    assert inbox.column("select refund_id from raw.canonical__refunds") == ["1"]


def test_an_archive_larger_than_the_limit_is_not_opened(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook_archive, "UNPACKED_LIMIT_BYTES", 1000)
    assert inbox.land_one(REFUNDS, GOOD).code == "E_BOMB"


def test_a_cell_far_away_does_not_make_a_table_of_billions(inbox: Inbox) -> None:
    book = workbook(Sheet1=[HEADER, refund(1)])
    book["Sheet1"]["XFD1048576"] = "x"
    outcome = inbox.land_one(REFUNDS, content_of(book))
    assert (outcome.code, outcome.params["rows"], outcome.params["columns"]) == ("E_SPREAD", 1048576, 16384)


def test_a_size_that_lies_is_damage(inbox: Inbox) -> None:
    """The parts are no longer than the archive says, else their checksums would not hold."""
    content = bytearray(GOOD)
    place = content.find(b"PK\x01\x02")
    while place >= 0:
        content[place + 24 : place + 28] = (10).to_bytes(4, "little")
        place = content.find(b"PK\x01\x02", place + 4)
    assert inbox.land_one(REFUNDS, bytes(content)).code == "E_DAMAGED_WORKBOOK"


def test_the_old_format_is_read_as_well(inbox: Inbox) -> None:
    content = (Path(__file__).parents[1] / "fixtures/hostile/register.xls").read_bytes()
    inbox.write("canonical/登记.xls", content)
    hidden, outcome = sorted(inbox.land().files, key=lambda found: found.status)
    assert (hidden.path, hidden.status) == ("canonical/登记.xls#藏", "ignored")
    assert_accounted_for(outcome)
    assert account(outcome) == (3, 1, 2, 1)
    assert rejects(inbox) == [(5, "order_id", "E_ID_DESTROYED"), (6, "refund_amount", "E_MONEY")]
    assert inbox.sql(
        "select refund_id, order_id, refunded_at, refund_amount from raw.canonical__refunds"
    ) == [("1001", "0012", "2026-03-01 10:05:06", "1.50")]
    assert inbox.land_one("canonical/refunds.xls", GOOD).params["kind"] == "Excel/ZIP"


@pytest.mark.parametrize(
    ("place", "number", "detail"),
    [
        (4644, 9, "circle"),  # a sector of the directory that follows itself
        (1743, 0x7FFFFFFF, "size"),
        (1955, 0xFFFF, "column 65536"),
    ],
)
def test_what_would_fill_the_memory_is_damage_in_the_old_format(
    inbox: Inbox, place: int, number: int, detail: str
) -> None:
    content = bytearray((Path(__file__).parents[1] / "fixtures/hostile/register.xls").read_bytes())
    struct.pack_into("<I", content, place, number)
    outcome = inbox.land_one("canonical/refunds.xls", bytes(content))
    assert outcome.code == "E_DAMAGED_WORKBOOK"
    assert detail in outcome.params["detail"]


@pytest.mark.parametrize(("place", "number"), [(1521, 98), (2104, 231)])  # found at its opening, at a date
def test_a_damaged_workbook_prints_nothing(
    inbox: Inbox, capfd: pytest.CaptureFixture[str], place: int, number: int
) -> None:
    content = bytearray((Path(__file__).parents[1] / "fixtures/hostile/register.xls").read_bytes())
    content[place] = number
    outcome = inbox.land_one("canonical/refunds.xls", bytes(content))
    assert outcome.code == "E_DAMAGED_WORKBOOK"
    assert capfd.readouterr().err == ""
