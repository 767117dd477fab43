"""Sound exports of all systems, and what hypothesis changes in them: bytes, cells, parts of archives."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from hypothesis import strategies as st
from hypothesis.vendor.pretty import RepresentationPrinter
from openpyxl import Workbook

from orchestration.settings import PROJECT_DIR

FIXTURES = PROJECT_DIR / "tests" / "fixtures"
CANONICAL = FIXTURES / "golden" / "exports" / "canonical"
# How often each format comes, however many fixtures it has.
FORMATS = {
    ".csv": 8,
    ".json": 8,
    ".jsonl": 6,
    ".xlsx": 4,
    ".xml": 2,
    ".ods": 2,
    ".xls": 2,
    ".parquet": 2,
    ".db": 1,
}
SYNTAX = ['"', '""', '","', "'", ",", ";", "\t", "`", "\n", "\r\n", "\r", "\0", "{", "}", "[", "]", ":", "\\"]
SYNTAX += [
    "\\ud83d",
    "null",
    "errcode",
    "<Item>",
    "</xml>",
    "<!DOCTYPE a>",
    "&amp;",
    "\ufeff",
    ",,,,,\n",
    'a"b',
]
BYTES = [b"\xff", b"\xff\xfe", "万".encode("gbk"), "万".encode("utf-16")]
VALUES = ["", "0", "-1", "——", "1.23E+17", "9" * 40, "1e400", "45.2万", "18.6%", "2026/13/40", "0000-00-00"]
VALUES += ["46000.5", "合计", "x" * 5000, "🍓", "𠮷", "\u202e", "\u3000", "=1+1", "1,2,3", "13800000001"]
VALUES += ["two\nlines", 'a "quoted" word', "{}", "[1]", "是", "1分08秒"]
JSON = [
    "null",
    "true",
    "-0",
    "1.5",
    "1e400",
    "12345678901234567890",
    "[]",
    "{}",
    "[[]]",
    '{"a": [1]}',
    '"\\ud83d"',
]
TEXTS = st.sampled_from(VALUES) | st.text(max_size=8)
PIECES = st.binary(max_size=4) | st.sampled_from(BYTES) | (st.sampled_from(SYNTAX) | TEXTS).map(str.encode)
REFUNDS = ["refund_id", "order_id", "refunded_at", "refund_amount", "reason"]
MOMENTS = ["2026-03-01 10:00:00", "2026-03-01T10:00:00Z", "2026-03-01", "2026-03-02", "2026-02-30", ""]
AMOUNTS = ["1.00", "2", "3", "4.5", "0.005", "1,000.00", "", "-3"]
REASONS = st.sampled_from(["", "漏发", "one\r\ntwo, three", " spaced ", "'", "x" * 300]) | st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), max_size=20
)
MOSTLY = st.sampled_from([True, True, False])
Change = tuple[str, bytes]


@dataclass(frozen=True)
class ChangedFile:
    """A file of the inbox.

    Attributes:
        path: Relative to the inbox.
        changes: What was changed in it, in this order.
        content: All of it.
    """

    path: str
    changes: tuple[str, ...]
    content: bytes

    def _repr_pretty_(self, printer: RepresentationPrinter, _: bool) -> None:
        """What hypothesis tells of a failure."""
        printer.text(f"{self.path}: {'; '.join(self.changes)}")


@dataclass(frozen=True)
class Cells:
    """Where the values of a format stand in its bytes, and how one is written there."""

    pattern: bytes
    written: st.SearchStrategy[str]


def in_csv(value: str) -> str:
    return '"' + value.replace('"', '""') + '"' if re.search('[",\r\n]', value) else value


JSON_CELLS = Cells(
    rb'(?<=[:,\[ ])(?:"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null)(?=\s*[,}\]])',
    TEXTS.map(json.dumps) | st.sampled_from(JSON),
)
CELLS = {
    ".csv": Cells(rb'"(?:[^"]|"")*"|[^,\t\r\n]+', TEXTS.map(in_csv)),
    ".json": JSON_CELLS,
    ".jsonl": JSON_CELLS,
    ".xml": Cells(rb"(?<=>)[^<>]+(?=<)", TEXTS.map(escape)),
}


def changed_bytes(draw: st.DrawFn, content: bytes, start: int = 0) -> Change:
    """Something cut out, put in, or both, behind `start`."""
    at = len(content) - draw(st.integers(0, max(len(content) - start, 0)))
    piece = draw(PIECES | st.just(content[at : at + 60]))
    length = draw(st.sampled_from([0, 1, len(piece), 10, 200, len(content)]))
    return f"{length} bytes at {at} are {piece!r}", content[:at] + piece + content[at + length :]


def changed_text(draw: st.DrawFn, content: bytes, suffix: str) -> Change:
    """A cell of a table or a value of a document, or bytes: of a document they leave little."""
    found = list(re.finditer(CELLS[suffix].pattern, content))
    if not found or not draw(MOSTLY):
        return changed_bytes(draw, content)
    cell = found[-1 - draw(st.integers(0, len(found) - 1))]  # seldom the header, which only refuses the file
    value = draw(CELLS[suffix].written)
    changed = content[: cell.start()] + value.encode() + content[cell.end() :]
    return f"{cell.group()[:40].decode(errors='replace')} at {cell.start()} is {value}", changed


def changed_workbook(draw: st.DrawFn, content: bytes) -> Change:
    """A part of it changed, whole as an archive."""
    parts = unzipped(content)
    names = [name for name in parts if "sheet" in name or "hared" in name or name == "content.xml"] * 3
    name = draw(st.sampled_from([*names, *parts]))
    change, parts[name] = changed_text(draw, parts[name], ".xml")
    return f"{name}: {change}", zipped(parts)


def changed_database(draw: st.DrawFn, content: bytes) -> Change:
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(content)
        tables = database.execute("select name from sqlite_master where type = 'table' order by 1").fetchall()
        table = draw(st.sampled_from([name for (name,) in tables]))
        columns = database.execute(f'select name from pragma_table_info("{table}") where pk = 0').fetchall()
        column = draw(st.sampled_from([name for (name,) in columns]))
        row = draw(st.integers(1, database.execute(f'select count(*) from "{table}"').fetchone()[0]))
        value = draw(
            TEXTS | st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.binary(max_size=4)
        )
        database.execute(f'update "{table}" set "{column}" = ? where rowid = ?', [value, row])
        database.commit()
        return f"{table}.{column} of row {row} is {value!r}", database.serialize()


def changed_parquet(draw: st.DrawFn, content: bytes) -> Change:
    """A value changed; its column is text then."""
    table = pq.read_table(io.BytesIO(content))
    name = draw(st.sampled_from(table.column_names))
    row = draw(st.integers(0, table.num_rows - 1))
    value = draw(TEXTS | st.none())
    texts = [None if one is None else str(one) for one in table[name].to_pylist()]
    texts[row] = value
    column = pa.array(texts, pa.string())
    return f"{name} of row {row} is {value!r}", in_parquet(
        table.set_column(table.column_names.index(name), name, column)
    )


INSIDE: dict[str, Callable[[st.DrawFn, bytes], Change]] = {
    ".xlsx": changed_workbook,
    ".ods": changed_workbook,
    ".db": changed_database,
    ".parquet": changed_parquet,
}


@st.composite
def changed_exports(draw: st.DrawFn) -> ChangedFile:
    """A fixture of any system after one to three changes."""
    suffix = draw(st.sampled_from([suffix for suffix, share in FORMATS.items() for _ in range(share)]))
    systems = originals()[suffix]
    path, content = draw(st.sampled_from(systems[draw(st.sampled_from(sorted(systems)))]))
    is_inside = suffix in INSIDE and draw(MOSTLY)
    changes = []
    for _ in range(draw(st.integers(1, 3))):
        if is_inside:
            change, content = INSIDE[suffix](draw, content)
        elif suffix in CELLS:
            change, content = changed_text(draw, content, suffix)
        else:
            change, content = changed_bytes(draw, content)
        changes.append(change)
    return ChangedFile(path, tuple(changes), content)


@st.composite
def changed_tables(draw: st.DrawFn) -> ChangedFile:
    """An invented CSV of refunds after up to four changes of its bytes behind the header, or of its cells."""
    rows = draw(st.lists(st.tuples(st.sampled_from(MOMENTS), st.sampled_from(AMOUNTS), REASONS), max_size=40))
    text = io.StringIO(newline="")
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    writer = csv.writer(text, lineterminator=draw(st.sampled_from(["\n", "\r\n"])), quoting=quoting)
    writer.writerow(REFUNDS)
    writer.writerows((f"r{number}", f"o{number % 7}", *row) for number, row in enumerate(rows))
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "gb18030", "utf-16"]))
    content = text.getvalue().encode(encoding)
    header = len(content.splitlines()[0]) + 1
    changes = []
    for _ in range(draw(st.integers(0, 4))):
        change, content = (
            changed_bytes(draw, content, header) if draw(MOSTLY) else changed_text(draw, content, ".csv")
        )
        changes.append(change)
    return ChangedFile("canonical/refunds.csv", (f"{len(rows)} rows in {encoding}", *changes), content)


@cache
def originals() -> dict[str, dict[str, list[tuple[str, bytes]]]]:
    """Sound files by format and system, with their paths in the inbox; failures shrink to the smallest."""
    found: dict[str, dict[str, list[tuple[str, bytes]]]] = {suffix: defaultdict(list) for suffix in FORMATS}
    for path, content in sorted(sound_files(), key=lambda file: (len(file[1]), file[0])):
        found[Path(path).suffix][path.split("/")[0]].append((path, content))
    assert all(found.values()), "a format has no file to change"
    return found


def sound_files() -> Iterator[tuple[str, bytes]]:
    """The files of all fixtures, and what is written here of formats that they lack."""
    folders = [(inbox, f"{inbox.parent.name}/") for inbox in FIXTURES.glob("exports/*/inbox")]
    folders += [(inbox, "") for inbox in FIXTURES.glob("quirks/*/inbox")]
    for folder, system in (*folders, (CANONICAL, "canonical/")):
        for path in folder.rglob("*"):
            name = system + path.relative_to(folder).as_posix()
            if name.endswith(".db.sql"):
                yield name.removesuffix(".sql"), in_database(path.read_text(encoding="utf-8"))
            elif path.is_file() and path.name != "locked.xlsx":
                yield name, path.read_bytes()
    yield "canonical/register.xls", (FIXTURES / "hostile" / "register.xls").read_bytes()
    yield "canonical/refunds.xlsx", in_workbook(CANONICAL / "refunds.csv")
    yield "canonical/refunds.ods", in_open_document(CANONICAL / "refunds.csv")
    yield "canonical/orders.parquet", in_parquet(pyarrow.csv.read_csv(CANONICAL / "orders.csv"))


def in_database(script: str) -> bytes:
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(script)
        return database.serialize()


def in_parquet(table: pa.Table) -> bytes:
    found = io.BytesIO()
    pq.write_table(table, found)
    return found.getvalue()


def in_workbook(table: Path) -> bytes:
    book = Workbook()
    for row in rows_of(table):
        book.active.append(row)
    found = io.BytesIO()
    book.save(found)
    # That part says when it was written; without it the bytes are the same each time.
    return zipped(
        {name: part for name, part in unzipped(found.getvalue()).items() if name != "docProps/core.xml"}
    )


def in_open_document(table: Path) -> bytes:
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    rows = "".join(
        f"<table:table-row>{''.join(cell.format(escape(value)) for value in row)}</table:table-row>"
        for row in rows_of(table)
    )
    sheet = f'<table:table table:name="refunds">{rows}</table:table>'
    body = f"<office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body>"
    parts = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": "<manifest/>",
        "content.xml": f"<office:document-content{spaces}>{body}</office:document-content>",
    }
    return zipped({name: part.encode() for name, part in parts.items()})


def rows_of(table: Path) -> list[list[str]]:
    with table.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: dict[str, bytes]) -> bytes:
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name), part)
    return found.getvalue()
