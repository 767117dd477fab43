"""JSONL and Parquet go through the same checks as CSV."""

from __future__ import annotations

import decimal
import errno
import json
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from inboxes import Inbox, assert_accounted_for

from orchestration.reports import FileOutcome


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


def refund(**changes: Any) -> dict[str, Any]:
    row = {"refund_id": "r1", "order_id": "o1", "refunded_at": "2026-03-01 10:00:00", "refund_amount": "1.00"}
    return {**row, **changes}


def land_lines(inbox: Inbox, *lines: str | dict[str, Any], encoding: str = "utf-8") -> FileOutcome:
    text = "\n".join(
        line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines
    )
    return inbox.land_one("canonical/refunds.jsonl", (text + "\n").encode(encoding))


def rejects(inbox: Inbox) -> list[tuple[Any, ...]]:
    return inbox.sql("select line, column_name, code from raw.rejected_rows order by line")


def test_jsonl_values(inbox: Inbox) -> None:
    lines = (
        '{"refund_id": 12345678901234567890123, "order_id": "o1", "refunded_at": "2026-03-01T10:00:00Z",'
        ' "refund_amount": 1.005, "店员": {"名": ["小禾"]}, "空": null}',
        refund(refund_id="r2", reason=" 漏发\u3000"),
        "",
        refund(refund_id="r3", reason=None, refund_amount=3),
    )
    outcome = land_lines(inbox, *lines)
    assert (outcome.lines, outcome.header, outcome.accepted, outcome.rejected, outcome.blank) == (
        4,
        0,
        3,
        0,
        1,
    )
    assert outcome.unknown_columns == ("店员", "空")
    columns = "refund_id, refunded_at, refund_amount, reason, extra, line"
    rows = inbox.sql(f"select {columns} from raw.canonical__refunds order by line")
    assert rows == [
        ("12345678901234567890123", "2026-03-01 18:00:00", "1.01", None, '{"店员": {"名": ["小禾"]}}', 1),
        ("r2", "2026-03-01 10:00:00", "1.00", "漏发", None, 2),
        ("r3", "2026-03-01 10:00:00", "3.00", None, None, 4),
    ]


def test_jsonl_faults(inbox: Inbox) -> None:
    outcome = land_lines(
        inbox,
        refund(),
        '{"refund_id": "cut',
        '{"refund_id": "a", "refund_id": "b"}',
        refund(reason=["a"]),
        '["refund_id"]',
        "null",
        '{"refund_id": "x", "refund_amount": NaN}',
        refund(reason="\ud800").__repr__().replace("'", '"').replace("\\ud800", "\\ud800"),
        refund(reason="a\0b"),
        '{"refund_id": ' + "[" * 50_000 + "}",
        refund(refund_id=""),
        refund(refund_amount=1e300),
        refund(refund_id="last"),
    )
    assert (outcome.accepted, outcome.rejected) == (2, 11)
    assert_accounted_for(outcome)
    assert rejects(inbox) == [
        (2, None, "E_JSON"),
        (3, None, "E_JSON"),
        (4, "reason", "E_JSON"),
        (5, None, "E_JSON"),
        (6, None, "E_JSON"),
        (7, None, "E_JSON"),
        (8, None, "E_JSON"),
        (9, "reason", "E_JSON"),
        (10, None, "E_JSON"),
        (11, "refund_id", "E_REQUIRED"),
        (12, "refund_amount", "E_MONEY"),
    ]
    assert inbox.column("select original from raw.rejected_rows where line = 2") == ['{"refund_id": "cut']


def test_jsonl_without_a_required_key_is_refused_whole(inbox: Inbox) -> None:
    rows = [
        {"refund_id": f"r{n}", "order_no": "o1", "refunded_at": "2026-03-01", "reason": ["a"]} for n in (1, 2)
    ]
    outcome = land_lines(inbox, *rows, '{"cut', {"refund_id": "r3", "refunded_at": "2026-03-01"})
    assert (outcome.status, outcome.code) == ("refused", "E_KEYS")
    assert outcome.params == {
        "entity": "refunds",
        "missing": "order_id, refund_amount",
        "unknown": "–",
        "alike": "–",
    }
    assert inbox.column("select count(*) from raw.rejected_rows") == [0]
    for row in rows:
        del row["reason"]
    outcome = land_lines(inbox, *rows)
    assert (outcome.params["unknown"], outcome.params["alike"]) == ("order_no", "order_no → order_id")
    outcome = land_lines(inbox, *rows, refund(refund_id="last"))
    assert (outcome.status, outcome.accepted, outcome.rejected) == ("landed", 1, 2)
    outcome = land_lines(inbox, '{"cut', "[]")
    assert (outcome.status, outcome.rejected) == ("landed", 2), "no object, nothing to judge by"


def test_jsonl_encodings(inbox: Inbox) -> None:
    assert land_lines(inbox, refund(reason="漏发了两件"), encoding="gb18030").encoding == "gb18030"
    assert land_lines(inbox, refund(reason="漏发"), encoding="utf-16").encoding == "utf-16-le"
    assert land_lines(inbox, refund(reason="漏发"), encoding="utf-8-sig").encoding == "utf-8-sig"
    assert inbox.column("select reason from raw.canonical__refunds order by load_seq") == [
        "漏发了两件",
        "漏发",
        "漏发",
    ]


def test_jsonl_keys_that_cannot_be_written(inbox: Inbox) -> None:
    start = json.dumps(refund())[:-1]
    deep = [f'{start}, "x": {"[" * depth}{"]" * depth}}}' for depth in range(100, 1400, 50)]
    outcome = land_lines(inbox, start + r', "\ud800": null}', *deep)
    assert_accounted_for(outcome)
    assert rejects(inbox)[0] == (1, None, "E_JSON")
    assert outcome.unknown_columns == ("x",)


@pytest.mark.parametrize(
    "text", ['[{"refund_id": "1"}]', '[\n{"refund_id": "1"}\n]', '{\n"refund_id": "1"\n}']
)
def test_jsonl_wants_one_object_a_line(inbox: Inbox, text: str) -> None:
    outcome = inbox.land_one("canonical/refunds.jsonl", text)
    assert (outcome.status, outcome.code) == ("refused", "E_NOT_JSONL")


def land_table(inbox: Inbox, columns: dict[str, Any], entity: str = "refunds") -> FileOutcome:
    path = inbox.settings.exports / f"canonical/{entity}.parquet"
    path.parent.mkdir(exist_ok=True)
    pq.write_table(pa.table(columns), path, row_group_size=2)
    inbox.age(path)
    return inbox.land().files[0]


def test_parquet_values(inbox: Inbox) -> None:
    plus8 = timezone(timedelta(hours=8))
    outcome = land_table(
        inbox,
        {
            "refund_id": pa.array([2**62, 7, 8], pa.int64()),
            "order_id": pa.array(["o1", "o2", "o3"]).dictionary_encode(),
            "refunded_at": pa.array(
                [datetime(2026, 3, 1, 2, tzinfo=UTC), datetime(2026, 3, 1, 2, tzinfo=plus8), None],
                pa.timestamp("ns", tz="UTC"),
            ),
            "refund_amount": pa.array([decimal.Decimal("1.005"), decimal.Decimal("2"), decimal.Decimal("3")]),
            "reason": pa.array([b"\xe6\xbc\x8f\xe5\x8f\x91", None, b" "], pa.binary()),
            "tags": pa.array([["a", "b"], None, []]),
        },
    )
    assert (outcome.lines, outcome.header, outcome.accepted, outcome.rejected) == (3, 0, 2, 1)
    assert outcome.unknown_columns == ("tags",)
    columns = "refund_id, order_id, refunded_at, refund_amount, reason, extra, line"
    rows = inbox.sql(f"select {columns} from raw.canonical__refunds order by line")
    assert rows == [
        (str(2**62), "o1", "2026-03-01 10:00:00", "1.01", "漏发", '{"tags": "[a, b]"}', 1),
        ("7", "o2", "2026-03-01 02:00:00", "2.00", None, None, 2),
    ]
    assert rejects(inbox) == [(3, "refunded_at", "E_REQUIRED")]
    [original] = inbox.column("select original from raw.rejected_rows")
    assert json.loads(original)["refund_id"] == "8"


def test_parquet_of_data_frames(inbox: Inbox) -> None:
    """Data frames store days as midnights and whole numbers with gaps as floats."""
    outcome = land_table(
        inbox,
        {
            "spend_date": pa.array(
                [datetime(2026, 3, 1), datetime(2026, 3, 2), datetime(2026, 3, 3, 4)], pa.timestamp("ns")
            ),
            "channel_id": ["c", "c", "c"],
            "cost_amount": pa.array([0.1 + 0.2, 12.0, 1.0]),
            "clicks": pa.array([5.0, None, 2.0]),
            "impressions": pa.array([1, 2, 3], pa.uint8()),
        },
        "channel_spend",
    )
    assert (outcome.accepted, outcome.rejected) == (2, 1)
    assert inbox.sql(
        "select spend_date, cost_amount, clicks, impressions from raw.canonical__channel_spend order by line"
    ) == [
        ("2026-03-01", "0.30", "5", "1"),
        ("2026-03-02", "12.00", None, "2"),
    ]
    assert rejects(inbox) == [(3, "spend_date", "E_DATE")]


def test_parquet_dates_and_bools(inbox: Inbox) -> None:
    outcome = land_table(
        inbox,
        {
            "group_id": ["g1", "g2"],
            "is_flash": pa.array([True, None]),
            "created_at": pa.array([date(2026, 1, 2), None]),
            "dissolved_at": pa.array([datetime(2026, 1, 2, 3, 4, 5, 600000), None], pa.timestamp("ms")),
            "owner_staff_id": pa.array([None, None], pa.null()),
        },
        "groups",
    )
    assert outcome.accepted == 2
    assert inbox.sql(
        "select is_flash, created_at, dissolved_at, owner_staff_id from raw.canonical__groups order by line"
    ) == [
        ("true", "2026-01-02 00:00:00", "2026-01-02 03:04:05.6", None),
        (None, None, None, None),
    ]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("refund_id", pa.array([1.5])),
        ("order_id", pa.array([1.0], pa.float32())),
        ("refunded_at", pa.array([1_700_000_000])),
        ("refund_amount", pa.array([True])),
        ("refund_amount", pa.array([[1.0]])),
        ("reason", pa.array([{"a": 1}])),
        ("reason", pa.array([b"\xff\xfe"], pa.binary())),
    ],
)
def test_parquet_types_that_lose(inbox: Inbox, column: str, values: pa.Array) -> None:
    columns: dict[str, Any] = {name: pa.array([value]) for name, value in refund().items()}
    outcome = land_table(inbox, {**columns, column: values})
    assert (outcome.status, outcome.code, outcome.params["column"]) == ("refused", "E_PARQUET_TYPE", column)


def test_parquet_refused_whole(inbox: Inbox) -> None:
    outcome = land_table(inbox, {"refund_id": ["1"]})
    assert (outcome.code, outcome.params["missing"]) == ("E_HEADER", "order_id, refunded_at, refund_amount")
    nul = land_table(inbox, {name: [value] for name, value in refund(reason="a\0b").items()})
    assert (nul.code, nul.params) == ("E_NUL", {"line": 1})
    good = (inbox.settings.exports / "canonical/refunds.parquet").read_bytes()
    cases = {
        "E_TRUNCATED": good[:-20],
        "E_NOT_PARQUET": b"refund_id,order_id\n",
        "E_EMPTY": b"",
        "E_ENCRYPTED": b"PARE" + good[4:],
    }
    for code, content in cases.items():
        assert inbox.land_one("canonical/refunds.parquet", content).code == code


@pytest.mark.parametrize("place", ["ParquetFile", "ParquetFile.iter_batches"])
def test_parquet_that_cannot_be_read_now_is_read_later(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def failing(*_: Any, **__: Any) -> Any:
        raise OSError(errno.EIO, "Input/output error")

    columns = {name: [value] for name, value in refund().items()}
    with monkeypatch.context() as patched:
        patched.setattr(f"pyarrow.parquet.{place}", failing)
        outcome = land_table(inbox, columns)
    assert (outcome.status, outcome.code) == ("refused", "E_UNREADABLE")
    assert outcome.params["detail"] == "Input/output error"
    assert inbox.column("select count(*) from raw.files") == [0]
    assert inbox.land().files[0].status == "landed"


PHONES = {
    "13800000001": "138****0001",
    "+86 13800000001": "+86 138****0001",
    "0086-138-0000-0001": "0086-138****0001",
    "8613800000001": "86138****0001",
    "138 0000 0001": "138****0001",
    "加微信13800000001，或13900000002/13700000003": "加微信138****0001，或139****0002/137****0003",
    "13800000001 13900000002": "138****0001 139****0002",
    "no13800000001x": "no138****0001x",
    "a\x0113800000001": "a\x01138****0001",
    "2138000000013": "2138000000013",
    "12800000001": "12800000001",
    "1380000000": "1380000000",
    "": None,
}


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_phones_in_unknown_columns_are_masked(inbox: Inbox, suffix: str) -> None:
    rows = [refund(refund_id=f"r{n:02}", 备注=text) for n, text in enumerate(PHONES)]
    if suffix == "csv":
        lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
        outcome = inbox.land_one("canonical/refunds.csv", "\n".join(lines))
    elif suffix == "jsonl":
        outcome = land_lines(inbox, *rows)
    else:
        outcome = land_table(inbox, {name: [row[name] for row in rows] for name in rows[0]})
    assert outcome.accepted == len(PHONES)
    extras = inbox.column("select extra from raw.canonical__refunds order by refund_id")
    assert [json.loads(extra)["备注"] if extra else None for extra in extras] == list(PHONES.values())


def test_phones_inside_objects_and_keys_are_masked(inbox: Inbox) -> None:
    outcome = land_lines(inbox, refund(买家={"13800000001": [13900000002]}), refund() | {"13700000003": 1})
    assert inbox.column("select extra from raw.canonical__refunds order by line") == [
        '{"买家": {"138****0001": ["139****0002"]}}',
        '{"137****0003": "1"}',
    ]
    assert outcome.unknown_columns == ("买家", "137****0003")


def test_content_under_another_ending_is_looked_at_again(inbox: Inbox) -> None:
    line = json.dumps(refund())
    assert inbox.land_one("canonical/refunds.csv", line).code == "E_NOT_CSV"
    (inbox.settings.exports / "canonical/refunds.csv").unlink()
    assert inbox.land_one("canonical/refunds.jsonl", line).status == "landed"


def test_parquet_damaged_in_the_middle(inbox: Inbox) -> None:
    """A page that cannot be read takes back the rows before it."""
    path = inbox.settings.exports / "canonical/refunds.parquet"
    path.parent.mkdir()
    rows = 120_000
    table = pa.table(
        {name: [f"{value}"] * rows for name, value in refund().items()}
        | {"reason": [f"{n}" for n in range(rows)]}
    )
    pq.write_table(table, path, row_group_size=60_000, compression="snappy")
    content = bytearray(path.read_bytes())
    middle = pq.ParquetFile(path).metadata.row_group(1).column(4).data_page_offset
    content[middle : middle + 400] = b"\xff" * 400
    outcome = inbox.land_one("canonical/refunds.parquet", bytes(content))
    assert outcome.code == "E_TRUNCATED"
    assert inbox.column("select count(*) from raw.canonical__refunds") == [0]
