"""A landing that is killed at any moment leaves each file whole or not there, and the next one heals it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest
from homes import run_in_fork
from inboxes import NOW, Inbox

import orchestration.landing.text_stream as text_stream
from orchestration.landing import gate
from orchestration.landing.file_landing import FileLanding
from orchestration.progress import Progress

ROWS = 40
TABLES = {
    "raw.canonical__members": "member_id, phone_key is null, extra, line, load_seq",
    "raw.canonical__refunds": "refund_id, refund_amount, line, load_seq",
    "raw.files": "file_sha256, path, status, accepted, rejected, load_seq",
    "raw.rejected_rows": "path, line, column_name, code, original, load_seq",
}


def fill(inbox: Inbox) -> Inbox:
    members = "member_id,phone,city\n" + "".join(f"m{n},19900000{n:03},杭州\n" for n in range(ROWS)) + ",,\n"
    refunds = "refund_id,order_id,refunded_at,refund_amount\n" + "".join(
        f"r{n},o,2026-03-01,{n}\n" for n in range(ROWS)
    )
    inbox.write("canonical/members.csv", members)
    inbox.write("canonical/refunds.csv", refunds + "bad,o,2026-03-01,x\n")
    return inbox


def contents(inbox: Inbox) -> dict[str, list[tuple[Any, ...]]]:
    found = {
        table: inbox.sql(f"select {columns} from {table} order by all") for table, columns in TABLES.items()
    }
    with duckdb.connect(inbox.settings.vault_dir / "contacts.duckdb", read_only=True) as connection:
        found["contacts"] = connection.execute(
            "select * exclude (system) from contacts order by all"
        ).fetchall()
    return found


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_stream, "CHUNK_BYTES", 100)
    monkeypatch.setattr(text_stream, "BLOCK_BYTES", 100)


@pytest.fixture
def expected(tmp_path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What an undisturbed landing leaves."""
    (tmp_path / "calm").mkdir()
    inbox = fill(Inbox(tmp_path / "calm"))
    inbox.land()
    return contents(inbox)


class Killer(Progress):
    """Ends its process at the n-th word about rows or files."""

    def __init__(self, words: int) -> None:
        self._words = words

    def note(self, detail: str) -> None:
        self._words -= 1
        if self._words == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def advance(self, detail: str = "", amount: int = 1) -> None:
        self.note(detail)


@pytest.mark.parametrize("words", [1, 2, 4, 8, 9, 10, 14, 20])
def test_killed_between_blocks(tmp_path: Path, expected: dict[str, Any], words: int) -> None:
    inbox = fill(Inbox(tmp_path))
    assert run_in_fork(lambda: gate.land_inbox(inbox.settings, Killer(words), now=NOW) and None) == -9
    assert_whole_files(inbox, expected)
    inbox.land()
    assert contents(inbox) == expected


def die_between_the_commits(patched: pytest.MonkeyPatch) -> None:
    """When the vault has committed and the private file has not."""
    vault = FileLanding._vault

    @contextmanager
    def vault_and_die(landing: FileLanding) -> Iterator[duckdb.DuckDBPyConnection | None]:
        with vault(landing) as contacts:
            yield contacts
        os.kill(os.getpid(), signal.SIGKILL)

    patched.setattr(FileLanding, "_vault", vault_and_die)


def test_killed_between_the_two_commits(
    tmp_path: Path, expected: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = fill(Inbox(tmp_path))
    with monkeypatch.context() as patched:
        die_between_the_commits(patched)
        assert run_in_fork(lambda: gate.land_inbox(inbox.settings, Progress(), now=NOW) and None) == -9
    assert inbox.column("select count(*) from raw.canonical__members") == [0]
    inbox.land()
    assert contents(inbox) == expected


@pytest.mark.parametrize("point", [1, 5, 9, 10, "between the commits"])
def test_killed_while_a_renamed_file_lands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: int | str
) -> None:
    """The landing under the wrong name stands until the one under the right name does."""
    text = "member_id,group_id,phone\n" + "".join(f"m{n},g{n},19900000{n:03}\n" for n in range(ROWS))
    inbox = Inbox(tmp_path)
    inbox.land_one("canonical/members.csv", text)
    folder = inbox.settings.exports / "canonical"
    (folder / "members.csv").rename(folder / "groups.csv")

    with monkeypatch.context() as patched:
        if isinstance(point, str):
            die_between_the_commits(patched)
        killer = Killer(point) if isinstance(point, int) else Progress()
        assert run_in_fork(lambda: gate.land_inbox(inbox.settings, killer, now=NOW) and None) == -9

    def rows() -> tuple[Any, ...]:
        [entity] = inbox.column("select entity from raw.files")
        [members] = inbox.column("select count(*) from raw.canonical__members")
        [groups] = inbox.column("select count(*) from raw.canonical__groups")
        return entity, members, groups

    assert rows() in (("members", ROWS, 0), ("groups", 0, ROWS))
    inbox.land()
    assert rows() == ("groups", 0, ROWS)
    with duckdb.connect(inbox.settings.vault_dir / "contacts.duckdb", read_only=True) as contacts:
        assert contacts.execute("select count(*) from contacts").fetchall() == [(0,)]


def assert_whole_files(inbox: Inbox, expected: dict[str, Any]) -> None:
    """Every file in the ledger has all its rows, every other has none."""
    landed = set(inbox.column("select entity from raw.files"))
    for entity in ("members", "refunds"):
        table = f"raw.canonical__{entity}"
        rows = inbox.sql(f"select {TABLES[table]} from {table} order by all")
        assert rows == (expected[table] if entity in landed else [])


def test_an_error_in_the_middle_takes_the_file_back(tmp_path: Path, expected: dict[str, Any]) -> None:
    inbox = fill(Inbox(tmp_path))

    class Failing(Progress):
        def note(self, detail: str) -> None:
            if "refunds" in detail:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        inbox.land(Failing())
    assert_whole_files(inbox, expected)
    inbox.land()
    assert contents(inbox) == expected
