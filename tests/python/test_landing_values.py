"""Normal forms of values, type by type."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from orchestration.landing.normal_forms import create_macros, literal
from orchestration.landing.vault import normal_phone

TIMESTAMPS = {
    "2026-01-02 03:04:05": "2026-01-02 03:04:05",
    "2026-01-02T03:04:05": "2026-01-02 03:04:05",
    "2026-01-02t03:04:05": "2026-01-02 03:04:05",
    "2026-01-02": "2026-01-02 00:00:00",
    "2026-01-02 03:04": "2026-01-02 03:04:00",
    "2026-01-02T03:04": "2026-01-02 03:04:00",
    "2026-01-02 03:04:05.5": "2026-01-02 03:04:05.5",
    "2026-01-02 03:04:05.000": "2026-01-02 03:04:05",
    "2026-01-02 23:59:59.9999999": "2026-01-02 23:59:59.999999",
    "2026-01-02T03:04:05.123456789Z": "2026-01-02 11:04:05.123456",
    "2026-01-02T03:04:05Z": "2026-01-02 11:04:05",
    "2026-01-02t03:04:05z": "2026-01-02 11:04:05",
    "2026-01-02T03:04Z": "2026-01-02 11:04:00",
    "2026-01-02T20:04:05Z": "2026-01-03 04:04:05",
    "2026-01-02T03:04:05+08:00": "2026-01-02 03:04:05",
    "2026-01-02 03:04:05+0800": "2026-01-02 03:04:05",
    "2026-01-02 03:04:05+08": "2026-01-02 03:04:05",
    "2026-01-02T03:04-05:30": "2026-01-02 16:34:00",
    "2026-01-01T00:30:00.25+09:00": "2025-12-31 23:30:00.25",
    "2024-02-29 00:00:00": "2024-02-29 00:00:00",
    "2026-02-29 00:00:00": None,
    "2026-02-30": None,
    "2026-13-01": None,
    "2026-1-2": None,
    "2026-01-02 3:04:05": None,
    "2026-01-02 24:00:00": None,
    "2026-01-02 23:60:00": None,
    "2026-01-02 23:00:60": None,
    "2026-01-02 03:04:05 PM": None,
    "2026-01-02 03": None,
    "2026-01-02 03:04:05+24:00": None,
    "2026-01-02 03:04:05+8": None,
    "2026-01-02+08:00": None,
    "2026/01/02": None,
    "20260102": None,
    "20260102T030405": None,
    "1767322800": None,
    "infinity": None,
    "-infinity": None,
    "epoch": None,
    "2026-01-02 (BC) 00:00:00": None,
    "0000-01-01 00:00:00": None,
    "10000-01-01 00:00:00": None,
    "9999-12-31T23:59:59-01:00": None,
    "昨天": None,
}
DATES = {
    "2026-01-02": "2026-01-02",
    "1990-12-31": "1990-12-31",
    "2026-02-29": None,
    "2026-1-2": None,
    "2026/01/02": None,
    "2026-01-02 00:00:00": None,
    "infinity": None,
    "20260102": None,
}
MONEY = {
    "1": "1.00",
    "1.5": "1.50",
    "1.50": "1.50",
    "001.50": "1.50",
    "+3": "3.00",
    "-3.1": "-3.10",
    ".5": "0.50",
    "5.": "5.00",
    "1.005": "1.01",
    "-1.005": "-1.01",
    "2.675": "2.68",
    "1.0049999999999999999999": "1.00",
    "-0.001": "0.00",
    "9999999999999999.99": "9999999999999999.99",
    "10000000000000000": None,
    "1,234.00": None,
    "1_000": None,
    "1e3": None,
    "0x10": None,
    "¥1": None,
    "1元": None,
    "１２": None,
    "1 2": None,
    "--1": None,
    ".": None,
    "nan": None,
}
INTS = {
    "12": "12",
    "-3": "-3",
    "+3": "3",
    "007": "7",
    "-0": "0",
    "9223372036854775807": "9223372036854775807",
    "9223372036854775808": None,
    "5.0": None,
    "1e3": None,
    "1_000": None,
    "0x10": None,
    "": None,
}
NUMBERS = {
    "0.25": "0.25",
    "+0.250": "0.250",
    "-7": "-7",
    ".5": ".5",
    "1e3": None,
    "50%": None,
    "inf": None,
    "9" * 400: None,
}
BOOLS = {
    "true": "true",
    "TRUE": "true",
    "1": "true",
    "是": "true",
    "False": "false",
    "0": "false",
    "否": "false",
}
BOOLS_NOT = {"yes": None, "t": None, "2": None, "真": None}
IDS = {
    "1.23457E+18": True,
    "1.2e+18": True,
    "1E+12": True,
    "-1.5E+10": True,
    "12345E+6": False,
    "1E5": False,
    "12e34": False,
    "+8613": False,
    "00123": False,
}


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("set TimeZone = 'Asia/Shanghai'")
        create_macros(opened)
        yield opened


def applied(connection: duckdb.DuckDBPyConnection, macro: str, given: dict[str, object]) -> dict[str, object]:
    rows = ", ".join(f"({literal(text)})" for text in given)
    return dict(connection.execute(f"select given, {macro} from (values {rows}) as texts(given)").fetchall())


@pytest.mark.parametrize(
    ("macro", "expected", "cast"),
    [
        ("normal_timestamp(given, 'Asia/Shanghai')", TIMESTAMPS, "timestamp"),
        ("normal_date(given)", DATES, "date"),
        ("normal_money(given)", MONEY, "decimal(18, 2)"),
        ("normal_int(given)", INTS, "bigint"),
        ("normal_number(given)", NUMBERS, "double"),
        ("normal_bool(given)", BOOLS | BOOLS_NOT, "boolean"),
    ],
)
def test_normal_form(
    connection: duckdb.DuckDBPyConnection, macro: str, expected: dict[str, object], cast: str
) -> None:
    found = applied(connection, macro, expected)
    assert found == expected
    normal = {str(text): None for text in found.values() if text is not None}
    assert None not in applied(connection, f"cast(given as {cast})", normal).values()
    again = applied(connection, macro, normal)
    assert all(text == again[text] for text in again), "a normal form must be its own normal form"


def test_destroyed_ids(connection: duckdb.DuckDBPyConnection) -> None:
    assert applied(connection, "is_destroyed_id(given)", IDS) == IDS


def test_another_zone(connection: duckdb.DuckDBPyConnection) -> None:
    given = {
        "2026-07-01T00:00:00Z": "2026-06-30 20:00:00",
        "2026-01-01T00:00:00Z": "2025-12-31 19:00:00",
        "2026-07-01 00:00:00": "2026-07-01 00:00:00",
    }
    assert applied(connection, "normal_timestamp(given, 'America/New_York')", given) == given


def test_parquet_floats(connection: duckdb.DuckDBPyConnection) -> None:
    given = {
        "5": "5",
        "0.1": "0.1",
        "1e-7": "0.0000001",
        "-2.50": "-2.5",
        "nan": "nan",
        "123456789.125": "123456789.125",
    }
    assert applied(connection, "float_text(cast(given as double))", given) == given


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("19900000001", "19900000001"),
        ("+86 199-0000-0001", "19900000001"),
        ("0086 19900000001", "19900000001"),
        ("8619900000001", "19900000001"),
        ("１９９００００００１１", "19900000011"),
        ("(021) 6000 0000", "02160000000"),
        ("199****0001", None),
        ("199＊＊＊＊0001", None),
        ("无", None),
        ("", None),
    ],
)
def test_phones(text: str, phone: str | None) -> None:
    assert normal_phone(text) == phone
