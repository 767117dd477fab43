"""Whether refreshes end in the state of one build, over random deliveries and kills (docs/incremental.md).

    .venv/bin/python bench/proofs.py --work FOLDER [--permutations 100] [--kills 50]

Ends with 1 and names the tables where a state differs. Each permutation deals another awkward export over two
to five deliveries, every fifth one of 420 days, and builds without data tests, which say less than the
comparison; kills come in tens, each ten in a home of its own. One home a processor at a time.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
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
    kills = kills // KILLS_OF_A_HOME * KILLS_OF_A_HOME
    started = time.monotonic()
    found = _try(_permute, work, "permutation", permutations)
    between = time.monotonic()
    found |= _try(_kill, work, "kills", kills // KILLS_OF_A_HOME)
    return {
        "permutations": permutations,
        "permutation_seconds": between - started,
        "kills": kills,
        "kill_seconds": time.monotonic() - between,
        "differences": found,
    }


def _try(trial: Callable[[Path, int], list[str]], work: Path, name: str, seeds: int) -> dict[str, list[str]]:
    """What differed in the trials of the seeds 1 to `seeds`, by trial."""
    found = {}
    with ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        trials = {
            pool.submit(_in_a_place, trial, work / f"{name}_{seed}", seed): seed
            for seed in range(1, seeds + 1)
        }
        for done in as_completed(trials):
            differences = done.result()
            print(f"{name}_{trials[done]}", differences or "equal", flush=True)
            if differences:
                found[f"{name}_{trials[done]}"] = differences
    return found


def _in_a_place(trial: Callable[[Path, int], list[str]], place: Path, seed: int) -> list[str]:
    """A trial in a folder of its own; what breaks off differs, too."""
    place.mkdir(parents=True)
    try:
        return trial(place, seed)
    except Exception as error:  # the others go on
        return [f"{type(error).__name__}: {error}"]
    finally:
        shutil.rmtree(place)


def _permute(place: Path, seed: int) -> list[str]:
    return differences_after(place, seed, 2 + seed % 4, SHORT if seed % 5 else LONG, data_tests=False)


def _kill(place: Path, seed: int) -> list[str]:
    return differences_after_kills(place, seed, KILLS_OF_A_HOME, SHORT)


def report(results: dict[str, Any]) -> str:
    """The results as a sentence."""
    return (
        f"{results['permutations']} random permutations in {results['permutation_seconds']:,.0f} s and"
        f" {results['kills']} random kills in {results['kill_seconds']:,.0f} s:"
        f" {len(results['differences'])} ended in another state than one build."
    )


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
