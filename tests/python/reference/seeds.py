"""The project's seeds, read as data: weights, thresholds and labels that people may change."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

SEEDS = Path(__file__).parents[3] / "seeds"


@cache
def seed(name: str) -> list[dict[str, str]]:
    """The rows of `seeds/<name>.csv` as text; nothing is an empty text."""
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
