"""Files changed by hypothesis: nothing raises, no line is lost, and what is accepted stands in the file.

The changes are the same each time, and a failure shrinks to the file and the changes that matter. A thousand
exports are changed here, `SHEQUN_MUTATIONS=10000` changes that many; bench/README.md has the figures.
"""

from __future__ import annotations

import csv
import io
import json
import os
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import pyarrow.parquet as pq
import pytest
from changed_files import FORMATS, ChangedFile, changed_exports, changed_tables, sound_files
from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st
from inboxes import NOW, Inbox, assert_accounted_for

from orchestration.landing import text_stream
from orchestration.landing.gate import land_files, open_landing
from orchestration.landing.normal_forms import identifier
from orchestration.landing.survey import survey
from orchestration.landing.text_stream import count_lines
from orchestration.messages import LANGUAGES, say
from orchestration.progress import Progress
from orchestration.reports import FileOutcome

FILES = int(os.environ.get("SHEQUN_MUTATIONS", "1000"))
STATUSES = {"landed", "refused", "unchanged", "ignored"}
HANZI = "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里"
REPEATABLE = settings(
    derandomize=True, database=None, deadline=None, phases=[Phase.generate, Phase.shrink], print_blob=True
)


def examples_for(files: int) -> int:
    """How many examples hold that many files; what hypothesis draws again is passed over."""
    return files * 5 // 4


class OpenHome:
    """A home at whose gate one file after another arrives; to open it costs more than a small file."""

    def __init__(self, place: Path) -> None:
        self._inbox = Inbox(place)
        self._open = ExitStack()
        self._landing = self._open.enter_context(open_landing(self._inbox.settings, Progress(), NOW))
        self.close = self._open.close

    def land(self, file: ChangedFile) -> tuple[FileOutcome, ...]:
        path = self._inbox.write(file.path, file.content)
        try:
            outcomes = land_files(self._landing)
        finally:
            path.unlink()
        for outcome in outcomes:
            note(str(outcome))
        return outcomes

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        return self._landing.connection.execute(statement, list(values)).fetchall()


class Homes:
    """One home for all files, and a new one after a failure, which may have spoiled it."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._number = 0
        self._open: OpenHome | None = None

    @contextmanager
    def open(self) -> Iterator[OpenHome]:
        if self._open is None:
            self._number += 1
            self._open = OpenHome(self._place / str(self._number))
        try:
            yield self._open
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if self._open:
            self._open.close()
        self._open = None


def check(home: OpenHome, outcome: FileOutcome) -> None:
    """What the gate says of a file or a part of it can be told to people, and is what its tables hold."""
    assert outcome.status in STATUSES
    assert outcome.code != "E_COUNT"
    faults = home.sql("select code, params from raw.rejected_rows where file_sha256 = ?", outcome.sha256)
    told = [(outcome.code, outcome.params)] if outcome.code else []
    for code, params in (*told, *((code, json.loads(params)) for code, params in faults)):
        assert all(say(f"landing.{code}", language, **params) for language in LANGUAGES)
    if outcome.status != "landed":
        assert outcome.status == "unchanged" or not faults
        return
    assert_accounted_for(outcome)
    table = identifier(f"{outcome.system}__{outcome.entity}")
    assert home.sql(f"select count(*) from raw.{table} where file_sha256 = ?", outcome.sha256) == [
        (outcome.accepted,)
    ]
    assert len(faults) == outcome.rejected


def lines_apart(file: ChangedFile, outcome: FileOutcome) -> int | None:
    """The lines of a part as others than the gate count them; None where nobody does."""
    match Path(file.path).suffix:
        case ".parquet":
            return int(pq.read_metadata(io.BytesIO(file.content)).num_rows)
        case ".db":
            with closing(sqlite3.connect(":memory:")) as database:
                database.deserialize(file.content)
                table = outcome.path.partition("#")[2]
                return int(database.execute(f"select count(*) from {identifier(table)}").fetchone()[0])
        case ".csv" if b'"' not in file.content and not str(outcome.encoding).startswith("utf-16"):
            return count_lines(file.content)
        case ".jsonl" if file.path.startswith("canonical/"):
            return count_lines(file.content)
    return None


def test_changed_exports_are_accounted_for(tmp_path: Path) -> None:
    originals = {content for _, content in sound_files()}
    sound, landed, codes, apart = set[bytes](), Counter[str](), Counter[str](), 0

    @settings(REPEATABLE, max_examples=examples_for(FILES))
    @given(changed_exports())
    def land(file: ChangedFile) -> None:
        nonlocal apart
        if file.content in sound or file.content in originals:
            return
        with homes.open() as home:
            outcomes = home.land(file)
            for outcome in outcomes:
                check(home, outcome)
                lines = lines_apart(file, outcome) if outcome.status == "landed" else None
                assert lines in (None, outcome.lines)
                apart += lines is not None
        sound.add(file.content)
        landed.update(Path(file.path).suffix for outcome in outcomes if outcome.status == "landed")
        codes.update(str(outcome.code) for outcome in outcomes if outcome.status == "refused")

    with closing(Homes(tmp_path)) as homes:
        land()
    print(f"{len(sound)} exports: parts landed {dict(landed)}, {apart} counted apart, refused {dict(codes)}")
    assert len(sound) >= FILES
    assert landed.total() > FILES / 3
    assert landed.keys() == FORMATS.keys()
    assert len(codes) > 5, "changes that are always let in, or refused for one reason, prove little"


@dataclass(frozen=True)
class Landed:
    """What became of a file of refunds: the outcome, rows as (line, refund, order, reason), faults."""

    outcome: FileOutcome
    rows: list[tuple[Any, ...]]
    faults: list[tuple[Any, ...]]


def land_refunds(homes: Homes, file: ChangedFile) -> Landed:
    with homes.open() as home:
        (outcome,) = home.land(file)
        check(home, outcome)
        rows = home.sql(
            "select line, refund_id, order_id, reason, refunded_at, refund_amount, extra"
            " from raw.canonical__refunds where file_sha256 = ? order by line",
            outcome.sha256,
        )
        faults = home.sql(
            "select line, column_name, code, original"
            " from raw.rejected_rows where file_sha256 = ? order by all",
            outcome.sha256,
        )
    return Landed(outcome, rows, faults)


def records_of(text: str) -> dict[int, list[str]]:
    """Fields by the physical line on which a record begins, as Python's own reader sees them."""
    reader = csv.reader(io.StringIO(text, newline=""))
    records, begins = {}, 1
    for fields in reader:
        records[begins] = fields
        begins = reader.line_num + 1
    return records


def check_rows(text: str, landed: Landed) -> None:
    """What is accepted is what another parser reads."""
    if any(code == "E_BARE_QUOTE" for _, _, code, _ in landed.faults):
        return  # where quotes are at fault the lenient reader goes its own way
    records = records_of(text)
    header = [name.strip() for name in next(fields for fields in records.values() if any(fields))]
    for line, refund_id, order_id, reason, *_ in landed.rows:
        fields = dict(zip(header, records[line], strict=True))
        names = ("refund_id", "order_id", "reason")
        assert [refund_id, order_id, reason] == [fields.get(name, "").strip() or None for name in names]


def check_faults(text: str, landed: Landed) -> None:
    """What is rejected begins at the line that the fault names."""
    lines = io.StringIO(text, newline="").readlines()
    for line, _, _, original in landed.faults:
        assert "".join(lines[line - 1 :]).startswith(original)


def check_blocks(usual: Landed, tiny: Landed) -> None:
    """The account is the same where blocks end in the middle of anything."""
    outcomes = [replace(one.outcome, seconds=0, code=None, params={}) for one in (usual, tiny)]
    assert outcomes[0] == outcomes[1]
    assert (usual.rows, usual.faults) == (tiny.rows, tiny.faults)
    # Of several faults a file is refused for the one that is met first.
    codes = {usual.outcome.code, tiny.outcome.code}
    assert len(codes) == 1 or codes <= {"E_NUL", "E_ENCODING"}


def test_changed_tables_are_read_as_others_read_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sound, landed, rows, faults = set[bytes](), 0, 0, 0

    @settings(REPEATABLE, max_examples=examples_for(FILES // 5))
    @given(changed_tables())
    def land(file: ChangedFile) -> None:
        nonlocal landed, rows, faults
        if file.content in sound:
            return
        found = land_refunds(homes, file)
        if found.outcome.status == "landed":
            encoding = str(found.outcome.encoding)
            text = file.content.decode("utf-16" if encoding == "utf-16-le" else encoding)
            check_rows(text, found)
            check_faults(text, found)
        with monkeypatch.context() as patch:
            patch.setattr(text_stream, "CHUNK_BYTES", 37)
            patch.setattr(text_stream, "BLOCK_BYTES", 90)
            check_blocks(found, land_refunds(others, file))
        sound.add(file.content)
        landed += found.outcome.status == "landed"
        rows += len(found.rows)
        faults += len(found.faults)

    with closing(Homes(tmp_path / "usual")) as homes, closing(Homes(tmp_path / "tiny")) as others:
        land()
    print(f"{len(sound)} tables: {landed} landed, {rows} rows accepted, {faults} rejected")
    assert len(sound) >= FILES // 5
    assert len(sound) / 3 < landed < len(sound), "changes that always or never refuse prove nothing"
    assert min(rows, faults) > len(sound) / 2


@settings(REPEATABLE, max_examples=FILES // 10)
@given(st.lists(st.text(HANZI + "联通abc，。！", min_size=1, max_size=12), min_size=1, max_size=40))
def test_chinese_text_in_gbk_is_never_taken_for_something_else(reasons: list[str]) -> None:
    lines = [f"r{number},o,2026-03-01,1,漏发{reason}" for number, reason in enumerate(reasons)]
    content = "\n".join(["refund_id,order_id,refunded_at,refund_amount,reason", *lines]).encode("gbk")
    with NamedTemporaryFile(suffix=".csv") as file:
        file.write(content)
        file.flush()
        assert survey(Path(file.name), "csv").encoding == "gb18030"
