"""OpenDocument spreadsheets (.ods) at the gate: read like .xlsx, with the same bounds."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from inboxes import Inbox, assert_accounted_for, outcome_of

NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)
CALC = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
REFUNDS = "canonical/refunds.ods"
EMPTY = "<table:table-cell/>"
ERROR = (
    '<table:table-cell office:value-type="string" office:string-value="" calcext:value-type="error">'
    "<text:p>#N/A</text:p></table:table-cell>"
)
REST = (
    '<table:table-row table:number-rows-repeated="1048000">'
    '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
)


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


def text(value: str) -> str:
    return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'


def money(value: float) -> str:
    return (
        f'<table:table-cell table:formula="of:=IF(1&gt;0;{value};0)" office:value-type="currency"'
        f' office:value="{value}"><text:p>¥{value}</text:p></table:table-cell>'
    )


def moment(value: str) -> str:
    return (
        f'<table:table-cell office:value-type="date" office:date-value="{value}">'
        "<text:p>x</text:p></table:table-cell>"
    )


def row(*cells: str, times: int = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{times}">{"".join(cells)}</table:table-row>'


HEADER = row(*map(text, ("退款单号", "订单号", "退款时间", "退款金额（元）")))
REFUND = row(text("r1"), text("0012"), moment("2026-03-01T10:05:06"), money(1.5))


def spreadsheet(*rows: str, manifest: str = "<manifest/>", **others: str) -> bytes:
    """A spreadsheet whose first sheet has these rows."""
    tables = "".join(
        f'<table:table table:name="{name}">{content}</table:table>'
        for name, content in ({"Sheet1": "".join(rows)} | others).items()
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr(
            "content.xml",
            f"<office:document-content {NAMESPACES} {CALC}><office:body><office:spreadsheet>"
            f"{tables}</office:spreadsheet></office:body></office:document-content>",
        )
    return stream.getvalue()


def test_rows_land_as_those_of_a_workbook(inbox: Inbox) -> None:
    content = spreadsheet(
        row(EMPTY, times=2),
        HEADER,
        REFUND,
        row(text("r2"), text("0012"), ERROR, money(1)),
        row(text("r3"), text("0012"), moment("2026-03-02"), text("无")),
        row(text("合计"), EMPTY, EMPTY, money(2.5)),
        REST,
    )
    inbox.write(REFUNDS, content)
    outcome = outcome_of(inbox.land(), f"{REFUNDS}#Sheet1")
    assert_accounted_for(outcome)
    assert (outcome.header, outcome.accepted, outcome.rejected, outcome.blank) == (3, 1, 2, 1)
    assert inbox.sql("select line, column_name, code from raw.rejected_rows order by line") == [
        (5, "refunded_at", "E_CELL_ERROR"),
        (6, "refund_amount", "E_MONEY"),
    ]
    assert inbox.sql("select order_id, refunded_at, refund_amount from raw.canonical__refunds") == [
        ("0012", "2026-03-01 10:05:06", "1.50")
    ]


def test_a_vendors_sheet_is_told_by_its_header(inbox: Inbox) -> None:
    head = row(*map(text, ("标题", "笔记ID", "消费", "展现量")))
    content = spreadsheet(head, row(text("新品"), text("n1"), money(3), text("45.2万")))
    inbox.write("ads/小红书商业化 2026-06-01.ods", content)
    (outcome,) = inbox.land().files
    assert (outcome.status, outcome.entity, outcome.accepted) == ("landed", "xiaohongshu_notes", 1)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (spreadsheet(HEADER, row(text("r1"), times=4_000_000), row(*[text("x")] * 20)), "E_SPREAD"),
        (spreadsheet(HEADER, REFUND, REST, row(*[text("x")] * 50)), "E_SPREAD"),
        (spreadsheet(HEADER, REFUND, manifest="<manifest:encryption-data/>"), "E_ENCRYPTED"),
        (spreadsheet(HEADER, REFUND)[:-300], "E_DAMAGED_WORKBOOK"),
        (spreadsheet(REST), "E_EMPTY_WORKBOOK"),
        (spreadsheet(HEADER, REFUND, Sheet2="<!--" + " " * (20 << 20) + "-->"), "E_BOMB"),
        (b"a,b\n1,2\n", "E_NOT_WORKBOOK"),
    ],
)
def test_what_is_no_sound_spreadsheet_is_refused_whole(inbox: Inbox, content: bytes, code: str) -> None:
    outcome = inbox.land_one(REFUNDS, content)
    assert (outcome.status, outcome.code) == ("refused", code)
