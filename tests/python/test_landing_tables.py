"""Tables as people export them: where the header stands, which rows are data, what a rejected row shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sources import shop

from orchestration.landing.blocks import Reader
from orchestration.landing.catalogue import Entity, load_catalogue
from orchestration.landing.csv_reader import CsvReader
from orchestration.landing.faults import FileRefused, RowFault
from orchestration.landing.spreadsheet_reader import SpreadsheetReader

HEADER = "订单号,买家付款时间,订单实付金额,分销员,分销员"
Row = dict[str, str]


@pytest.fixture
def entities(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dict[str, Entity]]:
    yield shop(monkeypatch, tmp_path / "sources")
    monkeypatch.undo()
    load_catalogue.cache_clear()


def read(reader: Reader) -> tuple[list[Row], list[RowFault], list[int]]:
    """Rows, faults, and the account: lines, header, rows, rejected, blank."""
    rows: list[Row] = []
    faults: list[RowFault] = []
    for block in reader.blocks():
        columns = block.known | block.unknown
        names = list(columns)
        cells = zip(*(array.to_pylist() for array in columns.values()), strict=True)
        rows += [dict(zip(names, row, strict=True)) for row in cells]
        faults += block.faults
    assert reader.lines == reader.header + len(rows) + len(faults) + reader.blank
    return rows, faults, [reader.lines, reader.header, len(rows), len(faults), reader.blank]


def read_text(tmp_path: Path, entity: Entity, text: str, encoding: str = "utf-8") -> tuple[Any, ...]:
    path = tmp_path / "file.csv"
    path.write_bytes(text.encode(encoding))
    reader = CsvReader(path, entity)
    return (*read(reader), reader)


def test_titles_above_the_header(tmp_path: Path, entities: dict[str, Entity]) -> None:
    text = f'有赞"订单\n导出时间：2026-03-01\n\n{HEADER}\no1,2026/3/1 9:05,12.50,甲,乙\n'
    rows, faults, account, reader = read_text(tmp_path, entities["orders"], text)
    assert (rows[0]["order_id"], rows[0]["seller"], rows[0]["second_seller"]) == ("o1", "甲", "乙")
    assert (faults, account, reader.unknown_columns) == ([], [5, 3, 1, 0, 1], ())


@pytest.mark.parametrize("separator", ["\t", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_other_separators(tmp_path: Path, entities: dict[str, Entity], separator: str, encoding: str) -> None:
    text = f'{HEADER}\no1,2026/3/1,"1;2\t,50",甲,\no2,2026/3/1,3,"a\nb",乙\n'.replace(",", separator)
    rows, faults, account, _ = read_text(tmp_path, entities["orders"], text, encoding)
    assert [row["seller"] for row in rows] == ["甲", "a\nb"]
    assert (faults, account) == ([], [3, 1, 2, 0, 0])


def test_rows_that_are_no_data_count_as_blank(tmp_path: Path, entities: dict[str, Entity]) -> None:
    text = f"{HEADER}\no1,2026/3/1,1,,\n{HEADER}\n,,,,\no2,2026/3/1,1,合计,\n合计：,,2,,\n总计,2\n,合计,2\n"
    rows, faults, account, reader = read_text(tmp_path, entities["orders"], text)
    assert [row["order_id"] for row in rows] == ["o1", "o2"]
    assert (faults, account, reader.totals) == ([], [8, 1, 2, 0, 5], 3)


def test_a_name_that_sums_up_is_data_in_a_whole_row(tmp_path: Path, entities: dict[str, Entity]) -> None:
    rows, _, account, _ = read_text(tmp_path, entities["lines"], "商品,明细号,金额\nTotal,l1,3\nTotal,,3\n")
    assert (len(rows), account) == (1, [3, 1, 1, 0, 1])


def test_short_rows_where_the_export_has_them(tmp_path: Path, entities: dict[str, Entity]) -> None:
    text = f'{HEADER},\no1,2026/3/1,1\no2,"2026/3/1",2,甲,乙,,,\no3,2026/3/1,3,,,,丙\n'
    rows, faults, account, _ = read_text(tmp_path, entities["orders"], text)
    assert [(row["order_id"], row["seller"]) for row in rows] == [("o1", ""), ("o2", "甲")]
    assert [(fault.line, fault.code) for fault in faults] == [(4, "E_COLUMNS")]
    assert account == [4, 1, 2, 1, 0]


def test_short_rows_are_faults_elsewhere(tmp_path: Path, entities: dict[str, Entity]) -> None:
    text = "明细号,商品,金额,\nl1,甲,1\nl2,乙\nl3,丙,1,\n"
    rows, faults, _, _ = read_text(tmp_path, entities["lines"], text)
    assert [row["line_id"] for row in rows] == ["l1", "l3"]
    assert [(fault.line, fault.params) for fault in faults] == [(3, {"found": 2, "expected": 4})]


def test_headers_are_matched_by_what_matters(tmp_path: Path, entities: dict[str, Entity]) -> None:
    text = "订 单 号,买家付款时间（北京）,实付,订单实付金额(元),备注,备注\n`123,2026/3/1,9,1.5,a,b\n"
    rows, _, _, reader = read_text(tmp_path, entities["orders"], text)
    assert rows == [
        {
            "order_id": "123",
            "paid_at": "2026/3/1",
            "paid_amount": "1.5",
            "实付": "9",
            "备注": "a",
            "备注__2": "b",
        }
    ]
    assert reader.unknown_columns == ("实付", "备注", "备注__2")


def test_no_header_says_what_is_missing_as_the_system_calls_it(
    tmp_path: Path, entities: dict[str, Entity]
) -> None:
    with pytest.raises(FileRefused) as refusal:
        read_text(tmp_path, entities["orders"], "说明\n订单号,订单实付金额,x\n1,2,3\n")
    assert refusal.value.params["missing"] == "买家付款时间"


def test_a_rejected_row_shows_nothing_personal(tmp_path: Path, entities: dict[str, Entity]) -> None:
    header = f"{HEADER},买家手机号,收货人,收货人,备注"
    path = tmp_path / "file.csv"
    path.write_text(
        f"{header}\no1,2026/3/1,1,甲,,13800000001,王,李,打 13800000002\no2,1,1,1,1,1,1,1,1,王\n",
        encoding="utf-8",
    )
    reader = CsvReader(path, entities["orders"])
    (block,) = reader.blocks()
    assert reader.unknown_columns == ("备注",)
    original = block.original(0)
    assert '"备注": "打 138****0002"' in original
    assert not [text for text in ("13800000001", "收货人", "王", "李") if text in original]
    assert [fault.original for fault in block.faults] == [""]


def sheet(tmp_path: Path, *rows: list[Any]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    path = tmp_path / "file.xlsx"
    book.save(path)
    return path


def test_sheets_take_the_same(tmp_path: Path, entities: dict[str, Entity]) -> None:
    header = HEADER.split(",")
    path = sheet(
        tmp_path,
        ["某店订单"],
        [],
        header,
        ["`001", "2026/3/1 9:05", "1,234.50", "甲", "乙"],
        header,
        ["合计", None, 1234.5],
        ["o2", 46024.5, 45.2, None, None],
    )
    reader = SpreadsheetReader(path, "Sheet", entities["orders"])
    rows, faults, account = read(reader)
    assert [(row["order_id"], row["paid_at"], row["second_seller"]) for row in rows] == [
        ("001", "2026/3/1 9:05", "乙"),
        ("o2", "46024.5", ""),
    ]
    assert (faults, account, reader.totals) == ([], [7, 3, 2, 0, 2], 1)
