"""Readers while versions come and go, in small; `bench/readers.py` does it at full length."""

from __future__ import annotations

from pathlib import Path

import readers


def test_readers_see_whole_versions_that_are_current(tmp_path: Path) -> None:
    figures = readers.measure(tmp_path, readers=2, opens=100, changes=8)
    assert figures["opens"] == 200
    assert figures["versions_seen"] > 1
    assert figures["publications"] + figures["rollbacks"] >= 8
    assert (figures["errors"], figures["half_builds"], figures["never_current"]) == (0, 0, 0)


def test_an_older_version_would_be_noticed() -> None:
    moves = [readers.Change(0, 1, 1), readers.Change(2, 3, 2), readers.Change(4, 5, 1)]
    verdicts = {
        (1.1, 1.2, 1): True,
        (2.5, 2.6, 1): True,
        (2.5, 2.6, 2): True,
        (3.1, 3.2, 1): False,
        (1.1, 1.9, 2): False,
        (4.5, 4.6, 1): True,
        (5.1, 9.0, 2): False,
    }
    found = {seen: readers.was_current(readers.Seen(*seen, True), moves) for seen in verdicts}
    assert found == verdicts
