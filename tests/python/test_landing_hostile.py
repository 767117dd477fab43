"""Every file of the hostile corpus is landed, rejected or refused as it should be, all in one pass."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from inboxes import Inbox, assert_accounted_for
from sources import use_sources

from orchestration.landing.catalogue import load_catalogue
from orchestration.landing.survey import LINE_LIMIT_BYTES
from orchestration.messages import say
from orchestration.reports import FileOutcome, LandingReport

HOSTILE = Path(__file__).parents[1] / "fixtures/hostile"
HEADER = b"refund_id,order_id,refunded_at,refund_amount,reason\n"


def _sheet(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for row in (HEADER.decode().strip().split(","), *rows):
        book["Sheet"].append(row)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _bomb() -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(20 << 20))
    return content.getvalue()


def _generated() -> dict[str, dict[str, Any]]:
    """The cases that would be large, or are no text."""
    sound = b"a%d,o1,2026-03-01 10:00:00,1.00,x\n"
    numbers = b"".join(b"N%05d,%d,2026-03-01,1,\n" % (line, line) for line in range(30_000))
    day = datetime(2026, 3, 1, 10)
    return {
        "text_after_thousands_of_numbers": {
            "content": HEADER + numbers + "N,订单-甲,2026-03-01,1,\n".encode(),
            "account": [1, 30_001, 0, 0],
        },
        "line_of_3_mb": {
            "content": HEADER + sound % 1 + b'a2,o1,2026-03-01,1,"' + b"x" * 3_000_000,
            "refused": {"code": "E_FIELD_LIMIT", "line": 3},
        },
        # Stands for a line of any length: memory is bounded by the limit.
        "line_just_above_the_limit": {
            "content": HEADER + b"a3,o1,2026-03-01,1," + b"x" * LINE_LIMIT_BYTES + b"\n" + sound % 4,
            "refused": {"code": "E_FIELD_LIMIT", "line": 2},
        },
        "sheet_with_an_empty_row": {
            "suffix": "xlsx",
            "content": _sheet(["X1", "o1", day, 1, None], [], [], ["X2", "o2", day, 2, None]),
            "account": [1, 2, 0, 2],
        },
        "sheet_with_a_text_among_dates": {
            "suffix": "xlsx",
            "content": _sheet(
                ["X3", "o1", day, 1, None], ["X4", "o2", "2026-03-01 10:00", 1, None], ["X5", "o3", "明天", 1]
            ),
            "account": [1, 2, 1, 0],
            "rejects": [[4, "refunded_at", "E_TIMESTAMP"]],
        },
        "workbook_that_is_a_bomb": {"suffix": "xlsx", "content": _bomb(), "refused": {"code": "E_BOMB"}},
    }


CASES: dict[str, dict[str, Any]] = {
    **yaml.safe_load((HOSTILE / "cases.yml").read_text(encoding="utf-8")),
    **_generated(),
}
Landed = tuple[Inbox, LandingReport]


def content_of(case: dict[str, Any]) -> bytes:
    if "content" in case:
        return bytes(case["content"])
    if "hex" in case:
        return bytes.fromhex(case["hex"])
    return str(case["text"]).encode(case.get("encoding", "utf-8"))


def path_of(name: str) -> str:
    return f"canonical/refunds.{name}.{suffix_of(name)}"


def suffix_of(name: str) -> str:
    return str(CASES[name].get("suffix", "csv"))


def outcome_in(report: LandingReport, path: str) -> FileOutcome:
    """Of a file, or of the sheet that it holds."""
    return next(outcome for outcome in report.files if outcome.path.partition("#")[0] == path)


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Landed:
    inbox = Inbox(tmp_path_factory.mktemp("hostile"))
    for name, case in CASES.items():
        inbox.write(path_of(name), content_of(case))
    return inbox, inbox.land()


def test_corpus_is_large() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "refused" in case])
def test_refused_whole(landed: Landed, name: str) -> None:
    inbox, report = landed
    outcome = outcome_in(report, path_of(name))
    expected = dict(CASES[name]["refused"])
    assert (outcome.status, outcome.code) == ("refused", expected.pop("code"))
    assert {key: outcome.params.get(key) for key in expected} == expected
    assert inbox.column(
        "select count(*) from raw.canonical__refunds where file_sha256 = ?", outcome.sha256
    ) == [0]
    [(message,)] = inbox.sql("select message from raw.files where file_sha256 = ?", outcome.sha256)
    assert message == say(f"landing.{outcome.code}", "en", **outcome.params)
    assert say(f"landing.{outcome.code}", "zh", **outcome.params)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "account" in case])
def test_landed_line_by_line(landed: Landed, name: str) -> None:
    inbox, report = landed
    outcome = outcome_in(report, path_of(name))
    case = CASES[name]
    assert outcome.status == "landed", outcome
    assert_accounted_for(outcome)
    account = [outcome.header, outcome.accepted, outcome.rejected, outcome.blank]
    assert account == case["account"]
    assert outcome.encoding == case.get("found_encoding", outcome.encoding)
    assert list(outcome.unknown_columns) == case.get("unknown", [])
    rejects = inbox.sql(
        "select line, column_name, code from raw.rejected_rows where file_sha256 = ? order by line",
        outcome.sha256,
    )
    assert [list(row) for row in rejects] == case.get("rejects", [])
    rows = inbox.column("select count(*) from raw.canonical__refunds where file_sha256 = ?", outcome.sha256)
    assert rows == [outcome.accepted]


def values(landed: Landed, name: str, columns: str) -> list[tuple[Any, ...]]:
    inbox, report = landed
    sha256 = outcome_in(report, path_of(name)).sha256
    return inbox.sql(
        f"select {columns} from raw.canonical__refunds where file_sha256 = ? order by line", sha256
    )


def test_text_survives_its_encoding(landed: Landed) -> None:
    assert values(landed, "gbk", "reason") == [("漏发了两件",), ("不想要了",)]
    assert values(landed, "gb18030_four_bytes", "reason") == [("㐀𠮷家的🍓不新鲜",)]
    assert values(landed, "utf16le_bom", "reason") == [("漏发🍓",)]
    assert values(landed, "utf8_bom_crlf", "refund_id, reason") == [("b1", "漏发")]


def test_values_are_kept_and_cleaned(landed: Landed) -> None:
    assert values(landed, "doubled_quotes", "reason") == [('他说"好"，a,b',), (None,)]
    assert values(landed, "lines_inside_quotes", "reason") == [("第一行\n\n第三行",)]
    assert values(
        landed, "white_space_of_all_kinds", "refund_id, order_id, refunded_at, refund_amount, reason"
    ) == [("S1", "o1", "2026-03-01 10:00:00", "1.50", None)]
    assert values(landed, "moments_of_other_habits", "refunded_at") == [
        ("2026-01-02 10:00:00",),
        ("2026-01-02 00:00:00",),
    ]
    assert values(landed, "other_order_of_columns", "refund_id, order_id, refund_amount") == [
        ("O1", "oO", "1.50")
    ]
    assert values(landed, "new_and_nameless_columns", "extra") == [
        ('{"操作人": "小禾", "column_6": "x"}',),
        (None,),
    ]


def test_what_others_lose_is_there(landed: Landed) -> None:
    assert values(landed, "json_id_of_23_digits", "order_id") == [("12345678901234567890123",)]
    assert values(landed, "json_lines_in_gbk", "reason") == [("漏发了两件",), ("不想要了",)]
    assert values(landed, "sheet_with_an_empty_row", "refund_id, refunded_at") == [
        ("X1", "2026-03-01 10:00:00"),
        ("X2", "2026-03-01 10:00:00"),
    ]
    assert values(landed, "formulas_are_text", "reason")[3] == ("=1+1",)
    assert values(landed, "text_after_thousands_of_numbers", "order_id")[-1] == ("订单-甲",)


def test_a_reject_keeps_its_text(landed: Landed) -> None:
    inbox, report = landed
    outcome = outcome_in(report, path_of("faulty_record_of_many_lines"))
    rows = inbox.sql(
        "select original, reason from raw.rejected_rows where file_sha256 = ? order by line", outcome.sha256
    )
    assert rows[0][0] == 'j2,o2,later,1.00,"one\r\ntwo"'
    assert "refunded_at is later" in rows[0][1]
    assert rows[1][0] == "j3,,2026-03-01,1.00,c"


def test_another_pass_repeats_the_refusals_and_nothing_else(landed: Landed) -> None:
    inbox, report = landed
    before = inbox.sql("select * from raw.files order by file_sha256")
    again: dict[str, FileOutcome] = {outcome.path: outcome for outcome in inbox.land().files}
    for outcome in report.files:
        repeated = again[outcome.path]
        if outcome.status == "landed":
            assert repeated.status == "unchanged"
        else:
            assert (repeated.status, repeated.code, repeated.params) == (
                "refused",
                outcome.code,
                outcome.params,
            )
    assert inbox.sql("select * from raw.files order by file_sha256") == before


LENIENT_CODES = {"E_MONEY": "E_YUAN", "E_TIMESTAMP": "E_MOMENT"}
VENDOR = """
system: shop
label: {en: a shop, zh: 某商城}
entities:
  refunds:
    label: {en: refunds, zh: 退款}
    forms: [csv, sheet, json]
    rows: [$]
    key: [refund_id]
    columns: {refund_id: id!, order_id: id!, refunded_at: moment!, refund_amount: yuan!, reason: text}
  bills:
    label: {en: bills, zh: 对账单}
    forms: [csv]
    key: [bill_id]
    columns: {bill_id: id!, order_id: id!, traded_at: moment!, amount: yuan!}
    headers: {bill_id: [微信订单号], order_id: [商户订单号], traded_at: [交易时间], amount: [应结订单金额]}
"""


@pytest.fixture(scope="module")
def recognised(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Landed]:
    """The same files as exports of a system that are told by their content."""
    place = tmp_path_factory.mktemp("recognised")
    with pytest.MonkeyPatch.context() as patch:
        use_sources(patch, place / "sources", VENDOR)
        inbox = Inbox(place)
        for name, case in CASES.items():
            inbox.write(f"shop/{name}.{suffix_of(name)}", content_of(case))
        yield inbox, inbox.land()
    load_catalogue.cache_clear()


@pytest.mark.parametrize("name", CASES)
def test_a_recognised_file_fares_no_worse(recognised: Landed, name: str) -> None:
    inbox, report = recognised
    case = CASES[name]
    expected = dict(case.get("vendor") or case.get("refused") or case)
    outcome = outcome_in(report, f"shop/{name}.{suffix_of(name)}")
    if "code" in expected:
        assert (outcome.status, outcome.code) == ("refused", expected.pop("code"))
        assert {key: outcome.params.get(key) for key in expected} == expected
        return
    assert outcome.status == "landed", outcome
    account = [outcome.header, outcome.accepted, outcome.rejected, outcome.blank]
    assert account == expected["account"]
    assert_accounted_for(outcome)
    rejects = inbox.sql(
        "select line, column_name, code from raw.rejected_rows where file_sha256 = ? order by line",
        outcome.sha256,
    )
    assert [list(row) for row in rejects] == [
        [line, column, LENIENT_CODES.get(code, code)] for line, column, code in expected.get("rejects", [])
    ]


def test_every_kind_of_hostile_file_has_its_case() -> None:
    """The README lists them by number, each with its cases."""
    rows = re.findall(
        r"^\| (\w+) \|.*?\| (`.*`) \|", (HOSTILE / "README.md").read_text("utf-8"), re.MULTILINE
    )
    named = {number: re.findall(r"`(\w+)`", cases) for number, cases in rows}
    assert list(named) == [str(number) for number in range(1, 41)] + [
        *(f"J{number}" for number in range(1, 6)),
        *(f"X{number}" for number in range(1, 4)),
    ]
    assert {case for cases in named.values() for case in cases} <= CASES.keys()
