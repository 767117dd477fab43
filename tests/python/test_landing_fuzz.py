"""Files changed at random: every line is accounted for, and what is accepted is what stands in the file."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import pytest
from inboxes import Inbox, assert_accounted_for

import orchestration.landing.text_stream as text_stream
from orchestration.reports import FileOutcome, LandingReport

FILES = 300
COLUMNS = ["refund_id", "order_id", "refunded_at", "refund_amount", "reason", "note"]
REASONS = [
    "",
    "漏发",
    "不想要了，谢谢",
    'a "quoted" word',
    "one\ntwo",
    "one\r\ntwo, three",
    " spaced ",
    "𠮷🍓",
    "'",
    "x" * 300,
]
MOMENTS = ["2026-03-01 10:00:00", "2026-03-01T10:00:00Z", "2026-03-01", "2026-02-30", ""]
AMOUNTS = ["1.00", "2", "0.005", "1,000.00", "", "-3"]
SNIPPETS = [
    b'"',
    b'""',
    b",",
    b"\n",
    b"\r",
    b"\r\n",
    b"\n\n",
    b"\0",
    b"\xff",
    b" ",
    "\u3000".encode(),
    b'","',
    b'"\n"',
]
SNIPPETS += [b"1E+18", "漏".encode("gbk"), "漏".encode(), b"\xef\xbb\xbf", b"\xff\xfe", b",,,,,\n", b'a"b']


def good_rows(source: random.Random) -> list[list[str]]:
    return [
        [
            f"r{n}",
            f"o{n % 7}",
            source.choice(MOMENTS),
            source.choice(AMOUNTS),
            source.choice(REASONS),
            f"n{n}",
        ]
        for n in range(source.randint(0, 30))
    ]


def good_file(source: random.Random) -> bytes:
    text = io.StringIO(newline="")
    quoting = source.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    writer = csv.writer(text, lineterminator=source.choice(["\n", "\r\n"]), quoting=quoting)
    writer.writerow(COLUMNS)
    writer.writerows(good_rows(source))
    return text.getvalue().encode(source.choice(["utf-8", "utf-8", "utf-8-sig", "gb18030", "utf-16"]))


def mutated(content: bytes, source: random.Random) -> bytes:
    """`content` after a few random cuts, insertions and exchanges, most of them behind the header."""
    for _ in range(source.choice([0, 1, 1, 1, 2, 5])):
        place = source.randrange(min(70, len(content)), len(content) + 1)
        kind = source.randrange(5)
        if kind == 0:
            content = content[:place] + source.choice(SNIPPETS) + content[place:]
        elif kind == 1:
            content = content[:place] + content[place + source.randint(1, 20) :]
        elif kind == 2:
            content = content[:place] + bytes([source.randrange(256)]) + content[place + 1 :]
        elif kind == 3:
            content = content[: max(place, 75)]
        else:
            content = content[:place] + content[place - source.randint(1, 60) : place] + content[place:]
    return content


def contents() -> Iterator[tuple[str, bytes]]:
    for seed in range(FILES):
        source = random.Random(seed)
        yield f"canonical/refunds.{seed:03}.csv", mutated(good_file(source), source)


@dataclass
class Fuzzed:
    """The files after landing: outcomes, and rows and rejects by the sha256 of their file."""

    inbox: Inbox
    report: LandingReport
    rows: dict[str, list[tuple[Any, ...]]]
    rejects: dict[str, list[tuple[Any, ...]]]

    @property
    def landed(self) -> list[FileOutcome]:
        return [outcome for outcome in self.report.files if outcome.status == "landed"]

    def text(self, outcome: FileOutcome) -> str:
        content = (self.inbox.settings.exports / outcome.path).read_bytes()
        return content.decode("utf-16" if outcome.encoding == "utf-16-le" else str(outcome.encoding))


def by_file(rows: list[tuple[Any, ...]]) -> dict[str, list[tuple[Any, ...]]]:
    return {sha256: [row[1:] for row in group] for sha256, group in groupby(rows, key=lambda row: row[0])}


def land_all(place: Path, files: int = FILES) -> Fuzzed:
    inbox = Inbox(place)
    for relative, content in islice(contents(), files):
        inbox.write(relative, content)
    report = inbox.land()
    columns = "file_sha256, line, refund_id, order_id, reason, refunded_at, refund_amount, extra"
    rows = inbox.sql(f"select {columns} from raw.canonical__refunds order by file_sha256, line")
    columns = "file_sha256, line, column_name, code, original"
    rejects = inbox.sql(f"select {columns} from raw.rejected_rows order by file_sha256, line")
    return Fuzzed(inbox, report, by_file(rows), by_file(rejects))


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Fuzzed:
    return land_all(tmp_path_factory.mktemp("fuzz"))


def test_every_file_ends_in_one_of_three_ways(fuzzed: Fuzzed) -> None:
    assert len(fuzzed.report.files) == FILES
    assert {outcome.status for outcome in fuzzed.report.files} <= {"landed", "refused", "unchanged"}
    assert FILES / 3 < len(fuzzed.landed) < FILES, "mutations that always or never refuse prove nothing"
    assert "E_COUNT" not in {outcome.code for outcome in fuzzed.report.files}


def test_every_line_is_accounted_for(fuzzed: Fuzzed) -> None:
    for outcome in fuzzed.landed:
        assert_accounted_for(outcome)
        assert len(fuzzed.rows.get(str(outcome.sha256), [])) == outcome.accepted
        assert len(fuzzed.rejects.get(str(outcome.sha256), [])) == outcome.rejected


def records_of(text: str) -> dict[int, list[str]]:
    """Fields by the physical line on which a record begins, as Python's own reader sees them."""
    reader = csv.reader(io.StringIO(text, newline=""))
    records, begins = {}, 1
    for fields in reader:
        records[begins] = fields
        begins = reader.line_num + 1
    return records


def test_accepted_rows_are_what_another_parser_reads(fuzzed: Fuzzed) -> None:
    compared = 0
    for outcome in fuzzed.landed:
        codes = {code for _, _, code, _ in fuzzed.rejects.get(str(outcome.sha256), [])}
        if "E_BARE_QUOTE" in codes:
            continue  # where quotes are at fault the lenient reader goes its own way
        records = records_of(fuzzed.text(outcome))
        header = [name.strip() for name in next(fields for fields in records.values() if any(fields))]
        for line, *values in fuzzed.rows.get(str(outcome.sha256), []):
            fields = dict(zip(header, records[line], strict=True))
            names = ("refund_id", "order_id", "reason")
            assert values[:3] == [fields.get(name, "").strip() or None for name in names]
            compared += 1
    assert compared > 800


def test_rejects_hold_the_line_they_name(fuzzed: Fuzzed) -> None:
    compared = 0
    for outcome in fuzzed.landed:
        lines = io.StringIO(fuzzed.text(outcome), newline="").readlines()
        for line, _, _, original in fuzzed.rejects.get(str(outcome.sha256), []):
            assert "".join(lines[line - 1 :]).startswith(original)
            compared += 1
    assert compared > 100


def test_block_size_changes_nothing(fuzzed: Fuzzed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The account of each file is the same where blocks end in the middle of anything."""
    monkeypatch.setattr(text_stream, "CHUNK_BYTES", 37)
    monkeypatch.setattr(text_stream, "BLOCK_BYTES", 90)
    files = 80
    other = land_all(tmp_path, files)
    pairs = list(zip(fuzzed.report.files[:files], other.report.files, strict=True))
    for usual, tiny in pairs:
        assert replace(usual, seconds=0, code=None, params={}) == replace(
            tiny, seconds=0, code=None, params={}
        )
        # Of several faults a file is refused for the one that is met first.
        assert usual.code == tiny.code or {usual.code, tiny.code} <= {"E_NUL", "E_ENCODING"}
        assert fuzzed.rows.get(str(usual.sha256)) == other.rows.get(str(usual.sha256))
        assert fuzzed.rejects.get(str(usual.sha256)) == other.rejects.get(str(usual.sha256))


HANZI = "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里"


def test_chinese_text_in_gbk_is_never_taken_for_something_else(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    source = random.Random(1)
    for number in range(100):
        lines = ["refund_id,order_id,refunded_at,refund_amount,reason"]
        for row in range(source.randint(1, 40)):
            reason = "".join(source.choices(HANZI + "联通abc，。！", k=source.randint(1, 12)))
            lines.append(f"r{number}-{row},o,2026-03-01,1,漏发{reason}")
        inbox.write(f"canonical/refunds.{number:03}.csv", "\n".join(lines).encode("gbk"))
    report = inbox.land()
    assert {(outcome.status, outcome.encoding, outcome.rejected) for outcome in report.files} == {
        ("landed", "gb18030", 0)
    }
