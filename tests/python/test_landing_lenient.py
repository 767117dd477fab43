"""What systems write, type by type: examples, and agreement with a parser that shares no code with ours."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from zoneinfo import ZoneInfo

import duckdb
import pytest

from orchestration.landing.catalogue import LENIENT_TYPES
from orchestration.landing.checks import AS_WRITTEN, CODES, ZONED
from orchestration.landing.normal_forms import create_macros, literal
from orchestration.messages import say

ZONE = ZoneInfo("Asia/Shanghai")
TEXTS = 3000
CASTS = {"money": "decimal(18, 2)", "int": "bigint", "number": "double", "bool": "boolean"}
EXAMPLES: dict[str, dict[str, str | None]] = {
    "fen": {"12345": "123.45", "-5": "-0.05", "１２": "0.12", "12.0": "0.12", "1.5": None, "1,000": None},
    "yuan": {
        "1,234.50": "1234.50",
        "¥1,234.5": "1234.50",
        "￥１２元": "12.00",
        "(3.50)": "-3.50",
        "-¥3": "-3.00",
        "45.2万": "452000.00",
        "1.2亿元": "120000000.00",
        "499.00（系统计算中，该值仅供参考）": "499.00",
        "1.0E7": "10000000.00",
        "1,23.4": None,
        "12（3）": None,
        "1 2": None,
        "--3": None,
        "元": None,
        "免费": None,
    },
    "count": {"1,286,400": "1286400", "45.2万": "452000", "3.0": "3", "12人": "12", "8 次": "8", "3.5": None},
    "decimal": {"1,234.5": "1234.5", "45.2万": "452000", "1e-05": "0.00001", "+2": "2", "x": None},
    "share": {"0.186": "0.186", "18.6%": "0.186", "１８.６％": "0.186", "1": "1", "%": None},
    "percent": {
        "60.25": "0.6025",
        "60.25%": "0.6025",
        "66.66666666666667": "0.6666666666666667",
        "六成": None,
    },
    "moment": {
        "1536508800": "2018-09-10 00:00:00",
        "1547087894783": "2019-01-10 10:38:14.783",
        "1547087894.5": "2019-01-10 10:38:14.5",
        "2026-01-02T03:04:05Z": "2026-01-02 11:04:05",
        "2026/1/2 9:05": "2026-01-02 09:05:00",
        "2026/1/2T9:05:33.5+0900": "2026-01-02 08:05:33.5",
        "2026.1.2": "2026-01-02 00:00:00",
        "2026年1月2日 9:05": "2026-01-02 09:05:00",
        "2026年01月02日9时5分": "2026-01-02 09:05:00",
        "２０２６／１／２　９：０５": "2026-01-02 09:05:00",
        "20260102": "2026-01-02 00:00:00",
        "20260102090500": "2026-01-02 09:05:00",
        "46024": "2026-01-02 00:00:00",
        "46024.4166666667": "2026-01-02 10:00:00",
        "2026/2/30": None,
        "2026/1/2 25:00": None,
        "2026-1/2": None,
        "20261301": None,
        "123456": None,
        "昨天": None,
    },
    "day": {"1536508800": "2018-09-10", "2026/1/2 9:05": "2026-01-02", "2026-01-02T20:00:00Z": "2026-01-03"},
    "minutes": {"1": "60", "1.5": "90", "277": "16620", "1分08秒": "68", "01:08": "68", "-": None},
    "seconds": {
        "68": "68",
        "1,200": "1200",
        "1分08秒": "68",
        "1小时2分": "3720",
        "01:08": "68",
        "00:01:08": "68",
        "1.5秒": "1.5",
        "1:61": None,
        "约": None,
    },
    "flag": {
        "是": "true",
        "有": "true",
        "已添加": "true",
        "Yes": "true",
        "未付": "false",
        "NO": "false",
        "?": None,
    },
    "json": {},
    "phone": {},  # keyed before it is checked
}


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as opened:
        opened.execute("set TimeZone = 'Asia/Shanghai'")
        create_macros(opened)
        yield opened


def normal(connection: duckdb.DuckDBPyConnection, name: str, texts: list[str]) -> list[str | None]:
    zone = ", 'Asia/Shanghai'" if name in ZONED else ""
    rows = ", ".join(f"({number}, {literal(text)})" for number, text in enumerate(texts))
    statement = (
        f"select normal_{name}(given{zone}) from (values {rows}) as texts(number, given) order by number"
    )
    return [row[0] for row in connection.execute(statement).fetchall()]


def test_every_lenient_type_has_examples_and_a_fault_of_its_own() -> None:
    assert set(EXAMPLES) == set(LENIENT_TYPES)
    for name in set(LENIENT_TYPES) - set(AS_WRITTEN):
        for language in ("en", "zh"):
            assert "13x" in say(f"landing.{CODES[name]}", language, column="c", value="13x")


@pytest.mark.parametrize("name", [name for name, examples in EXAMPLES.items() if examples])
def test_examples(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    examples = EXAMPLES[name]
    assert dict(zip(examples, normal(connection, name, list(examples)), strict=True)) == examples
    cast = CASTS.get(LENIENT_TYPES[name], LENIENT_TYPES[name])
    for text in filter(None, examples.values()):
        connection.execute(f"select cast({literal(text)} as {cast})")


def test_moments_that_say_unknown(connection: duckdb.DuckDBPyConnection) -> None:
    texts = ["0", "0.0", "0000-00-00", "0000-00-00 00:00:00", "0001-01-01T00:00:00Z", "00", "2026-01-01", ""]
    found = [connection.execute(f"select is_no_moment({literal(text)})").fetchall()[0][0] for text in texts]
    assert found == [True] * 5 + [False] * 3


def test_ids_that_spreadsheets_destroyed(connection: duckdb.DuckDBPyConnection) -> None:
    texts = {
        "1.23E+17": True,
        "1.23E17": True,
        "1e+17": True,
        "1E17": False,
        "E1.5E10": False,
        "1.2E5": False,
    }
    macro = "is_destroyed_vendor_id"
    found = {text: connection.execute(f"select {macro}({literal(text)})").fetchall()[0][0] for text in texts}
    assert found == texts


# The other parser: plain Python, written from docs/sources.md


def half(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("−", "-").strip()


def python_amount(text: str, units: str = "", signs: str = "") -> Decimal | None:
    plain = re.sub(r"(?<=\S)\s*\([^()]*[^\W\d_][^()]*\)$", "", half(text))
    negative = plain.startswith("(") and plain.endswith(")")
    plain = plain[1:-1] if negative else plain
    head = re.match(rf"^([+-]?)(?:(?:{signs or '(?!)'})\s*)?([+-]?)(?!\s)", plain)
    if head is None or (head[1] and (head[2] or negative)) or (head[2] and negative):
        return None
    rest = plain[head.end() :]
    tail = re.search(rf"\s*([万亿]?)\s*(?:{units or '(?!)'})?$", rest)
    assert tail
    number, scale = rest[: tail.start()], {"": 1, "万": 10**4, "亿": 10**8}[tail[1]]
    if "," in number and not re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d*)?([eE][+-]?\d+)?", number):
        return None
    try:
        value = Decimal(number.replace(",", "")) * scale
    except InvalidOperation:
        return None
    return -value if negative or "-" in head[0] else value


def python_yuan(text: str) -> str | None:
    value = python_amount(text, "元", "¥|RMB|CNY")
    if value is None:
        return None
    cents = value.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return str(abs(cents) if cents == 0 else cents)


def python_count(text: str) -> str | None:
    value = python_amount(text, "人次|人|位|名|次|条|个|件|单|笔|份|篇")
    return str(int(value)) if value is not None and value == int(value) else None


def python_moment(text: str) -> str | None:
    plain = half(text) if not text.isdecimal() else text
    if re.fullmatch(r"[0-9]{10}|[0-9]{13}", plain):
        moment = datetime.fromtimestamp(int(plain[:10]), UTC) + timedelta(milliseconds=int(plain[10:] or 0))
        return written(moment.astimezone(ZONE).replace(tzinfo=None))
    if re.fullmatch(r"[0-9]{5}", plain):
        return written(datetime(1899, 12, 30) + timedelta(days=int(plain)))
    if re.fullmatch(r"[0-9]{8}|[0-9]{14}", plain):
        parts = [int(plain[:4]), *(int(plain[place : place + 2]) for place in range(4, len(plain), 2))]
    else:
        match = re.fullmatch(
            r"(\d{4})([-/.年])(\d\d?)([-/.月])(\d\d?)(日?)(?:T|\s*)(?:(\d\d?):(\d\d?)(?::(\d\d?))?)?", plain
        )
        if not match or {match[2], match[4]} not in ({"-"}, {"/"}, {"."}, {"年", "月"}):
            return None
        if (match[2] == "年") != (match[6] == "日"):
            return None
        parts = [int(part) for part in match.group(1, 3, 5, 7, 8, 9) if part]
    try:
        return written(datetime(*parts))  # type: ignore[arg-type]
    except ValueError:
        return None


def written(moment: datetime) -> str:
    text = moment.isoformat(sep=" ")
    return text.rstrip("0") if "." in text else text


def python_seconds(text: str) -> str | None:
    plain = half(text)
    words = re.fullmatch(r"(?:(\d+)小?时)?(?:(\d+)分)?(?:(\d+(?:\.\d+)?)秒)?", plain)
    stopwatch = re.fullmatch(r"(?:(\d+):)?(\d?\d):(\d\d(?:\.\d+)?)", plain)
    if stopwatch and max(Decimal(stopwatch[2]), Decimal(stopwatch[3])) >= 60:
        return None
    if found := stopwatch or words:
        hours, minutes, seconds = (Decimal(part or 0) for part in found.groups())
        return short(hours * 3600 + minutes * 60 + seconds) if plain else None
    value = python_amount(plain)
    return None if value is None else short(value)


def short(value: Decimal) -> str:
    text = f"{value or Decimal(0):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


# Texts at random: mostly as systems write them, some with a slip


def slipped(source: random.Random, text: str) -> str:
    for _ in range(source.choice([0, 0, 0, 1, 2])):
        place = source.randrange(len(text) + 1)
        piece = source.choice(
            ["", ",", ".", "-", " ", "万", "元", "0", "9", "(", ")", "／", "：", "年", "T", "x"]
        )
        text = text[:place] + piece + text[place + source.choice([0, 1]) :]
    if source.random() < 0.1:
        text = text.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
    return text.strip()


def random_amount(source: random.Random) -> str:
    value = source.choice([source.randrange(1000), source.randrange(10**9)])
    number = source.choice(["{:,}", "{}"]).format(value) + source.choice(["", ".5", ".50", ".125", ".005"])
    text = (
        source.choice(["", "¥", "-", "RMB "])
        + number
        + source.choice(["", "", "元", "万", " 万元", "人", "次"])
    )
    return source.choice([text, text, f"({text})", f"{text}（估计 1 个）"])


def random_moment(source: random.Random) -> str:
    moment = datetime(2001, 9, 10) + timedelta(seconds=source.randrange(3 * 10**9))
    day = source.choice(["%Y-%m-%d", "%Y/{m}/{d}", "%Y年{m}月{d}日", "%Y.{m}.%d"])
    text = moment.strftime(day.format(m=moment.month, d=moment.day))
    text += source.choice(["", moment.strftime(" %H:%M"), moment.strftime("T%H:%M:%S"), f" {moment.hour}:05"])
    epoch = int(moment.replace(tzinfo=ZONE).timestamp())
    digits = [str(epoch), f"{epoch}{source.randrange(1000):03}", moment.strftime("%Y%m%d")]
    return source.choice([text, text, text, *digits, moment.strftime("%Y%m%d%H%M%S"), "46024"])


def random_seconds(source: random.Random) -> str:
    hours, minutes, seconds = source.randrange(30), source.randrange(60), source.randrange(60)
    forms = [f"{hours}小时{minutes}分", f"{minutes}分{seconds:02}秒", f"{minutes:02}:{seconds:02}"]
    return source.choice([*forms, f"{hours}:{minutes:02}:{seconds:02}", str(hours * minutes)])


@pytest.mark.parametrize(
    ("name", "draw", "parse"),
    [
        ("yuan", random_amount, python_yuan),
        ("count", random_amount, python_count),
        ("moment", random_moment, python_moment),
        ("seconds", random_seconds, python_seconds),
    ],
)
def test_another_parser_agrees(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    draw: Callable[[random.Random], str],
    parse: Callable[[str], str | None],
) -> None:
    source = random.Random(name)
    texts = [text for text in (slipped(source, draw(source)) for _ in range(TEXTS)) if text]
    if name == "moment":  # fractions and offsets have examples
        texts = [text for text in texts if not re.search(r"^\d+\.\d+$|:\d*[.-]", half(text))]
    found = normal(connection, name, texts)
    if name == "seconds":  # a plain number stays as it is written
        found = [text if text is None else short(Decimal(text)) for text in found]
    expected = [parse(text) for text in texts]
    odd = [(t, f, e) for t, f, e in zip(texts, found, expected, strict=True) if f != e]
    assert odd[:30] == []
    assert TEXTS / 20 < sum(text is not None for text in found) < TEXTS
