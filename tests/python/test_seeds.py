"""Seeds as they are shipped; a user may change them, so what is ours alone is no test of a refresh."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal

from orchestration.settings import PROJECT_DIR


def seed(name: str) -> list[dict[str, str]]:
    with (PROJECT_DIR / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_stage_has_100_points_and_process_metrics_weigh_less_with_each() -> None:
    families = {row["metric_id"]: row["family"] for row in seed("metric_definitions")}
    points: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in seed("stage_scorecards"):
        points[row["stage"], families[row["metric_id"]]] += Decimal(row["weight"])
    assert points == {
        ("launch", "process"): 80,
        ("launch", "result"): 20,
        ("growth", "process"): 50,
        ("growth", "result"): 50,
        ("mature", "process"): 20,
        ("mature", "result"): 80,
    }
