"""Tables of SQLite files become rows of text, each counted, or the file says why not."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from orchestration.landing.catalogue import Column, Entity
from orchestration.landing.faults import FileRefused
from orchestration.landing.sqlite_reader import SqliteReader, list_tables

ROOMS = Entity(
    system="test",
    name="rooms",
    label_en="rooms",
    label_zh="群",
    columns=(Column("id", "id", required=True), Column("name", "text"), Column("made_at", "moment")),
    key=("id",),
    forms=("sqlite",),
    needs=("id",),
    tables=("rooms",),
    owner="id",
)


def database(path: Path, *statements: str, rows: list[tuple[Any, ...]] | None = None) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements or ("create table rooms (id, name, made_at, note)",):
            connection.execute(statement)
        connection.executemany("insert into rooms values (?, ?, ?, ?)", rows or [])
        connection.commit()
    return path


def read(path: Path) -> tuple[SqliteReader, dict[str, list[str]], list[tuple[int, str, str | None]]]:
    reader = SqliteReader(path, "rooms", ROOMS)
    known: dict[str, list[str]] = {}
    faults = []
    for block in reader.blocks():
        for name, values in (block.known | block.unknown).items():
            known.setdefault(name, []).extend(values.to_pylist())
        faults += [(fault.line, fault.code, fault.column) for fault in block.faults]
    return reader, known, faults


def test_values_become_text(tmp_path: Path) -> None:
    rows = [("00123", " 草莓群 ", 1772971200, None), (2**60, None, "2026-03-08 20:15:00", 1.5)]
    reader, known, faults = read(database(tmp_path / "a.db", rows=[*rows, (3, 4.0, 1e-7, True)]))
    assert known == {
        "id": ["00123", str(2**60), "3"],
        "name": ["草莓群", "", "4"],
        "made_at": ["1772971200", "2026-03-08 20:15:00", "0.0000001"],
        "note": ["", "1.5", "1"],
    }
    assert (reader.lines, reader.unknown_columns, faults) == (3, ("note",), [])


def test_bytes_that_are_no_text_reject_their_row(tmp_path: Path) -> None:
    rows: list[tuple[Any, ...]] = [("a", b"\xff\xfe", None, None), ("b", "ok", None, None)]
    rows += [("c", "x\0y", None, None), ("d", "名".encode(), None, None)]
    reader, known, faults = read(database(tmp_path / "a.db", rows=rows))
    assert (known["id"], known["name"]) == (["b", "d"], ["ok", "名"])
    assert faults == [(1, "E_CELL_BYTES", "name"), (3, "E_CELL_BYTES", "name")]
    assert reader.lines == 4


def test_only_tables_are_listed(tmp_path: Path) -> None:
    path = database(
        tmp_path / "a.db",
        "create table rooms (id integer primary key autoincrement, name, made_at, note)",
        "create view seen as select * from rooms",
        "create virtual table found using fts5(text)",
    )
    assert list_tables(path)["rooms"] == ("id", "name", "made_at", "note")
    assert not {"seen", "found", "sqlite_sequence"} & set(list_tables(path))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda content: b"", "E_NOT_SQLITE"),
        (lambda content: b"id,name\n", "E_NOT_SQLITE"),
        (lambda content: content[:5000], "E_DAMAGED_DATABASE"),
        (lambda content: content[:4096] + b"\xff" * (len(content) - 4096), "E_DAMAGED_DATABASE"),
    ],
)
def test_damage_refuses_the_file(tmp_path: Path, change: Any, code: str) -> None:
    path = database(tmp_path / "a.db", rows=[(n, "x" * 100, None, None) for n in range(500)])
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(FileRefused) as refusal:
        read(path)
    assert refusal.value.code == code


def test_changes_beside_the_database_are_not_lost_in_silence(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma journal_mode = wal")
        connection.execute("create table rooms (id, name, made_at, note)")
        connection.commit()
        with pytest.raises(FileRefused, match=r"a\.db-wal"):
            list_tables(path)


def test_the_file_is_not_touched(tmp_path: Path) -> None:
    path = database(tmp_path / "a.db", rows=[("a", None, None, None)])
    before = path.stat().st_mtime_ns, path.read_bytes()
    path.chmod(0o400)
    read(path)
    assert (path.stat().st_mtime_ns, path.read_bytes()) == before
    assert list(tmp_path.iterdir()) == [path]
