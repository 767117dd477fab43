"""Whether refreshes end in the state of one build, over random deliveries and kills (docs/incremental.md).

    .venv/bin/python bench/proofs.py --work FOLDER [--permutations 100] [--kills 50]

Ends with 1 and names the tables where a state differs. Each permutation deals another awkward export over two
to five deliveries, every fifth one of 420 days; kills come in tens, each ten in a home of its own.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.python.increments import differences_after, differences_after_kills
from tests.python.reference.awkward import Size

PERMUTATIONS, KILLS = 100, 50
KILLS_OF_A_HOME = 10
SHORT = Size(days=60, events=150, groups=4)
LONG = Size(days=420, events=150, groups=3)


def prove(work: Path, permutations: int, kills: int) -> dict[str, Any]:
    """How many permutations and kills were tried, the seconds they took, and what differed, by trial."""
    found: dict[str, list[str]] = {}
    started = time.monotonic()
    for seed in range(1, permutations + 1):
        place = work / f"permutation_{seed}"
        place.mkdir(parents=True)
        size = LONG if seed % 5 == 0 else SHORT
        _note(found, place, differences_after(place, seed, 2 + seed % 4, size))
    between = time.monotonic()
    for seed in range(1, kills // KILLS_OF_A_HOME + 1):
        place = work / f"kills_{seed}"
        place.mkdir(parents=True)
        _note(found, place, differences_after_kills(place, seed, KILLS_OF_A_HOME, SHORT))
    return {
        "permutations": permutations,
        "permutation_seconds": between - started,
        "kills": kills // KILLS_OF_A_HOME * KILLS_OF_A_HOME,
        "kill_seconds": time.monotonic() - between,
        "differences": found,
    }


def report(results: dict[str, Any]) -> str:
    """The results as a sentence."""
    return (
        f"{results['permutations']} random permutations in {results['permutation_seconds']:,.0f} s and"
        f" {results['kills']} random kills in {results['kill_seconds']:,.0f} s:"
        f" {len(results['differences'])} ended in another state than one build."
    )


def _note(found: dict[str, list[str]], place: Path, differences: list[str]) -> None:
    print(place.name, differences or "equal", flush=True)
    if differences:
        found[place.name] = differences
    shutil.rmtree(place)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="an empty folder for homes")
    parser.add_argument("--permutations", type=int, default=PERMUTATIONS)
    parser.add_argument("--kills", type=int, default=KILLS)
    arguments = parser.parse_args()
    results = prove(arguments.work.resolve(), arguments.permutations, arguments.kills)
    print(report(results))
    raise SystemExit(bool(results["differences"]))


if __name__ == "__main__":
    main()
