"""Exports of all systems, changed at random: nothing raises, and every line is accounted for.

A thousand changed files land here, `SHEQUN_MUTATIONS=10000` takes that many; bench/README.md has the figures.
"""

from __future__ import annotations

import io
import os
import random
import shutil
import sqlite3
import zipfile
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from inboxes import Inbox, assert_accounted_for

from orchestration.landing.catalogue import load_catalogue
from orchestration.reports import FileOutcome
from orchestration.settings import PROJECT_DIR

FILES = int(os.environ.get("SHEQUN_MUTATIONS", "1000"))
FILES_PER_INBOX = 500
EXPORTS = PROJECT_DIR / "tests" / "fixtures" / "exports"
STATUSES = {"landed", "refused", "unchanged", "ignored"}
PIECES = [
    b'"',
    b",",
    b"`",
    b"\t",
    b"\n",
    b"\r\n",
    b"\0",
    b"\xff",
    b"{",
    b"}",
    b"[",
    b"]",
    b"<",
    b">",
    b":",
    b"\\",
]
PIECES += [
    b"\\ud83d",
    b"null",
    b"true",
    b"1E+18",
    b"-",
    b"0",
    b"errcode",
    "合计".encode(),
    "万".encode("gbk"),
]
PIECES += ["——".encode(), b"<Item>", b"</xml>", b"<!DOCTYPE a>", b"&amp;", b'""', b"\xef\xbb\xbf"]
CELLS = [
    "",
    "0",
    "-1",
    "——",
    "1.23E+17",
    "45.2万",
    "2026/13/40",
    "合计",
    "x" * 5000,
    "🍓",
    "\u202e",
    "=1+1",
    "1,2,3",
]
ENTITIES = [entity for entity in load_catalogue().entities if entity.is_recognised]
Change = Callable[[bytes, random.Random], bytes]


def changed_bytes(content: bytes, source: random.Random) -> bytes:
    for _ in range(source.choice([1, 1, 2, 5])):
        place = source.randrange(len(content) + 1)
        length = source.choice([0, 1, 1, 10, 200])
        piece = source.choice([source.choice(PIECES), bytes([source.randrange(256)]), content[:length], b""])
        content = content[:place] + piece + content[place + length :]
    return content if source.random() < 0.95 else content[: source.randrange(len(content) + 1)]


def changed_cells(content: bytes, source: random.Random) -> bytes:
    """The same kind of change as in a cell of a table or a value of a document."""
    marks = [place for place, byte in enumerate(content) if byte in b',"\t\n:>']
    if not marks:
        return content
    start = source.choice(marks) + 1
    end = next((mark for mark in marks if mark >= start), len(content))
    return content[:start] + source.choice(CELLS).encode() + content[end:]


def changed_archive(content: bytes, source: random.Random) -> bytes:
    """A workbook with a part changed, whole as an archive."""
    if source.random() < 0.3:
        return changed_bytes(content, source)
    found = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(found, "w") as archive:
        names = given.namelist()
        chosen = source.choice([name for name in names if "sheet" in name or "shared" in name] or names)
        for name in names:
            part = given.read(name)
            archive.writestr(name, changed_bytes(part, source) if name == chosen else part)
    return found.getvalue()


def change_of(path: Path, source: random.Random) -> Change:
    if path.suffix == ".xlsx":
        return changed_archive
    # Of a document a changed byte leaves little.
    return source.choice([changed_bytes, changed_cells, changed_cells])


def database(path: Path) -> None:
    """A dump of some tables as a self-hosted system has them, made from the catalogue."""
    entities = [one for one in ENTITIES if "sqlite" in one.forms][:6]
    with closing(sqlite3.connect(path)) as connection:
        for entity in entities:
            names = ", ".join(f'"{(column.headers or (column.name,))[0]}"' for column in entity.columns)
            connection.execute(f'create table "{entity.tables[0]}" ({names})')
            marks = ", ".join("?" * len(entity.columns))
            rows = [[f"{n}" for _ in entity.columns] for n in range(1, 40)]
            connection.executemany(f'insert into "{entity.tables[0]}" values ({marks})', rows)
        connection.commit()


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, Path]]:
    """Sound files with the system that they are of."""
    found = [(path.relative_to(EXPORTS).parts[0], path) for path in sorted(EXPORTS.glob("*/inbox/**/*"))]
    found = [(system, path) for system, path in found if path.is_file()]
    dump = tmp_path_factory.mktemp("dump") / "dump.db"
    database(dump)
    return [*found, *[("scrm", dump)] * max(1, len(found) // 20)]


def check(inbox: Inbox, outcomes: tuple[FileOutcome, ...]) -> None:
    assert {outcome.status for outcome in outcomes} <= STATUSES
    assert [outcome for outcome in outcomes if outcome.code == "E_COUNT"] == []
    tables = " union all ".join(f"from (from raw.{one.table} select file_sha256)" for one in ENTITIES)
    rows = dict(inbox.sql(f"select file_sha256, count(*) from ({tables}) group by 1"))
    rejects = dict(inbox.sql("select file_sha256, count(*) from raw.rejected_rows group by 1"))
    for outcome in outcomes:
        if outcome.status == "landed":
            assert_accounted_for(outcome)
            sha256 = str(outcome.sha256)
            assert (rows.get(sha256, 0), rejects.get(sha256, 0)) == (outcome.accepted, outcome.rejected), (
                outcome
            )


def test_changed_files_are_accounted_for(originals: list[tuple[str, Path]], tmp_path: Path) -> None:
    source = random.Random(20261123)
    landed, codes = 0, Counter[str]()
    for begin in range(0, FILES, FILES_PER_INBOX):
        inbox = Inbox(tmp_path / str(begin))
        for number in range(begin, min(FILES, begin + FILES_PER_INBOX)):
            system, path = source.choice(originals)
            content = change_of(path, source)(path.read_bytes(), source)
            inbox.write(f"{system}/{number:05}_{path.name}", content)
        outcomes = inbox.land().files
        check(inbox, outcomes)
        landed += sum(outcome.status == "landed" for outcome in outcomes)
        codes.update(str(outcome.code) for outcome in outcomes if outcome.status == "refused")
        shutil.rmtree(tmp_path / str(begin))
    print(f"{FILES} files: {landed} parts landed, refused {dict(codes)}")
    assert landed > FILES / 3
    assert len(codes) > 5, "changes that are always let in, or refused for one reason, prove little"
