"""Readers while versions come and go: what they see is whole, and was current when they looked.

Some processes open the published file again and again, ask it and close it, while a writer publishes (with
the real publisher, a tiny warehouse each time) and rolls back, at least so many times:

    .venv/bin/python bench/readers.py --work FOLDER [--readers 4] [--opens 10000] [--changes 100]

Each answer is held to the times at which the writer moved `current`: a version is right if it was current at
some moment between the start of the open and the answer. An older one would be going back in time.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import shutil
import sys
import time
from collections import Counter
from multiprocessing.process import BaseProcess
from pathlib import Path
from statistics import quantiles
from typing import Any, NamedTuple

import duckdb

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests" / "python"))

from homes import audit_passes, finish_build, make_home

from orchestration.publishing import list_versions, publish, rollback
from orchestration.settings import Settings

PAUSE_SECONDS = 0.1
ROLLBACK_EVERY = 4
QUESTION = "select max(value), min(value), count(*) from marts.mart_tiny"


class Seen(NamedTuple):
    """One open: from when to when, what it saw (None: an error), and whether that was whole."""

    begun: float
    ended: float
    value: int | None
    is_whole: bool


class Change(NamedTuple):
    """One publication or rollback: within which time `current` moved, and to what."""

    begun: float
    ended: float
    value: int


def read(path: Path, opens: int, out: Path) -> None:
    """Open, ask twice, close; `opens` times."""
    rows = []
    for _ in range(opens):
        begun = time.monotonic()
        try:
            with duckdb.connect(path, read_only=True, config={"threads": "1"}) as connection:
                first, second = (connection.execute(QUESTION).fetchone() for _ in range(2))
            assert first is not None
            seen = Seen(begun, time.monotonic(), first[0], first == second and len(set(first)) == 1)
        except duckdb.Error as error:
            print(error, file=sys.stderr)
            seen = Seen(begun, time.monotonic(), None, False)
        rows.append(seen)
    out.write_text(json.dumps(rows))


def write(settings: Settings, readers: list[BaseProcess], changes: int) -> tuple[list[Change], Counter[str]]:
    """Publish and roll back until the readers have ended, `changes` times at least."""
    moves, counts, drawn = [], Counter[str](), random.Random(7)
    while len(moves) < changes or any(reader.is_alive() for reader in readers):
        begun = time.monotonic()
        if len(moves) % ROLLBACK_EVERY == ROLLBACK_EVERY - 1:
            version = drawn.choice(list_versions(settings)[1:3])
            shown = rollback(settings, version.name).manifest["tables"]["marts.mart_tiny"]
            counts["rollbacks"] += 1
        else:
            counts["publications"] += 1
            shown = counts["publications"]
            finish_build(settings, shown)
            publish(settings, audit_passes)
        moves.append(Change(begun, time.monotonic(), shown))
        for reader in readers:  # they begin when there is something to read
            if reader.pid is None:
                reader.start()
        time.sleep(PAUSE_SECONDS)
    return moves, counts


def was_current(seen: Seen, moves: list[Change]) -> bool:
    """Whether `current` had been moved to what was seen before the end, and not away before the begin."""
    ends = [move.ended for move in moves[1:]] + [float("inf")]
    return any(
        move.value == seen.value and move.begun <= seen.ended and end >= seen.begun
        for move, end in zip(moves, ends, strict=True)
    )


def measure(work: Path, readers: int = 4, opens: int = 10_000, changes: int = 100) -> dict[str, Any]:
    """Run readers and writer in a home under `work`, and count."""
    settings = make_home(work / "home")
    outs = [work / f"reader-{number}.json" for number in range(readers)]
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=read, args=(settings.published_db, opens, out)) for out in outs]
    begun = time.monotonic()
    moves, counts = write(settings, processes, changes)
    seen = [Seen(*row) for out in outs for row in json.loads(out.read_text())]
    milliseconds = quantiles([1000 * (one.ended - one.begun) for one in seen], n=20)
    last = max(one.ended for one in seen)
    return {
        "readers": readers,
        "opens": len(seen),
        **counts,
        "changes_while_read": sum(move.ended <= last for move in moves),
        "errors": sum(one.value is None for one in seen),
        "half_builds": sum(one.value is not None and not one.is_whole for one in seen),
        "never_current": sum(one.value is not None and not was_current(one, moves) for one in seen),
        "versions_seen": len({one.value for one in seen}),
        "p50_ms": round(milliseconds[9], 1),
        "p95_ms": round(milliseconds[18], 1),
        "seconds": round(time.monotonic() - begun, 1),
    }


def report(figures: dict[str, Any]) -> str:
    """The figures as a table."""
    cells = {
        "readers": figures["readers"],
        "opens": f"{figures['opens']:,}",
        "publications, rollbacks": f"{figures['publications']}, {figures['rollbacks']}",
        "errors": figures["errors"],
        "half builds": figures["half_builds"],
        "versions that were not current": figures["never_current"],
        "open, two queries, close: p50, p95": f"{figures['p50_ms']:.0f} ms, {figures['p95_ms']:.0f} ms",
        "seconds": f"{figures['seconds']:.0f}",
    }
    lines = (cells.keys(), ["---"] * len(cells), cells.values())
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--work", type=Path, required=True, help="a folder for the home; what it holds is removed"
    )
    parser.add_argument("--readers", type=int, default=4)
    parser.add_argument("--opens", type=int, default=10_000)
    parser.add_argument("--changes", type=int, default=100)
    arguments = parser.parse_args()
    shutil.rmtree(arguments.work, ignore_errors=True)
    arguments.work.mkdir(parents=True)
    figures = measure(arguments.work.resolve(), arguments.readers, arguments.opens, arguments.changes)
    shutil.rmtree(arguments.work)
    print(json.dumps(figures))
    print(report(figures))
    if figures["errors"] or figures["half_builds"] or figures["never_current"]:
        raise SystemExit("a reader was let down")


if __name__ == "__main__":
    main()
