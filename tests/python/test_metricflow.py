"""`shequn mf`: MetricFlow's answers are the marts' figures, under the catalogue's names."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from homes import audit_passes, finish_build, make_home

from orchestration.cli import build_cli
from orchestration.commands import mf
from orchestration.metric_pages import CATALOGUE
from orchestration.publishing import publish
from orchestration.serving.query import run_query
from orchestration.settings import Settings

OF_ALL = [
    "messages",
    "active_members",
    "messages_per_active_member",
    "staff_message_share",
    "joins",
    "joining_members",
    "leaves",
    "leaving_members",
    "net_growth",
    "orders",
    "buyers",
    "first_time_buyers",
    "gross_sales",
    "net_sales",
    "sales_per_buyer",
    "average_order_value",
]
OF_STAFF = ["conversations", "customers_served", "reply_rate", "within_sla_rate"]
OF_GROUPS = ["messages", "active_members", "joins", "joining_members", "leaves", "net_growth"]


def ask(settings: Settings, out: Path, metrics: list[str], *by: str) -> dict[tuple[Any, ...], list[float]]:
    """MetricFlow's answer by what it is grouped by; unknown and none as 0."""
    wish = ["--metrics", ",".join(metrics), "--group-by", ",".join(("metric_time__week", *by))]
    arguments = ["--home", str(settings.home), "mf", "query", *wish, "--csv", str(out)]
    done = CliRunner().invoke(build_cli("en"), arguments)
    assert done.exit_code == 0, done.output
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        (row["metric_time__week"][:10], *(row[name] for name in by)): [
            float(row[metric] or 0) for metric in metrics
        ]
        for row in rows
    }


def of_mart(settings: Settings, metrics: list[str], mart: str, by: str) -> dict[tuple[Any, ...], list[float]]:
    answer = run_query(settings, f"select {by}, {', '.join(metrics)} from {mart} where period_type = 'week'")
    keys = len(answer.columns) - len(metrics)
    return {
        tuple(str(key) for key in row[:keys]): [float(value or 0) for value in row[keys:]]
        for row in answer.rows
    }


@pytest.mark.parametrize(
    ("metrics", "by", "mart", "keys"),
    [
        (OF_ALL, [], "(from mart_community_kpi where scope_type = 'all')", "period_start"),
        (
            OF_GROUPS,
            ["community"],
            "(from mart_community_kpi where scope_type = 'group')",
            "period_start, scope_id",
        ),
        (OF_STAFF, ["staff"], "mart_staff_service", "period_start, staff_id"),
    ],
)
def test_answers_are_the_marts_figures(
    small_demo: Settings, tmp_path: Path, metrics: list[str], by: list[str], mart: str, keys: str
) -> None:
    answered = ask(small_demo, tmp_path / "answer.csv", metrics, *by)
    expected = of_mart(small_demo, metrics, mart, keys)
    assert len(answered) > 20
    first = min(week for week, *_ in expected)  # core keeps what happened before the history
    assert {key for key in answered if key[0] >= first} <= expected.keys()
    nothing = [0.0] * len(metrics)
    for key, figures in expected.items():
        assert answered.get(key, nothing) == pytest.approx(figures, abs=1e-9), key


def test_metrics_bear_the_catalogue_s_names(small_demo: Settings) -> None:
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        catalogue = {row["metric_id"]: row for row in csv.DictReader(file)}
    built = json.loads((small_demo.target_dir / "semantic_manifest.json").read_text("utf-8"))
    metrics = {metric["name"]: metric for metric in built["metrics"]}
    assert len(metrics.keys() & catalogue.keys()) >= 20
    assert {*OF_ALL, *OF_STAFF} <= metrics.keys() & catalogue.keys()
    for name in metrics.keys() & catalogue.keys():
        assert metrics[name]["label"] == catalogue[name]["label_en"], name
    used = json.dumps([metric["type_params"] for metric in metrics.values()])
    assert all(f'"{name}"' in used for name in metrics.keys() - catalogue.keys())
    said = {metric["name"]: metric for metric in mf._in_words(built, "zh")["metrics"]}
    assert (said["leaves"]["label"], said["leaves"]["description"]) == (
        catalogue["leaves"]["label_zh"],
        catalogue["leaves"]["formula_zh"],
    )


def test_what_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = make_home(tmp_path)
    arguments = ["--home", str(home.home), "mf", "list", "metrics"]
    done = CliRunner().invoke(build_cli("en"), arguments)
    assert done.exit_code == 2 and "shequn refresh" in done.stderr
    finish_build(home, 1)
    publish(home, audit_passes)
    done = CliRunner().invoke(build_cli("en"), arguments)
    assert done.exit_code == 2 and "by a build" in done.stderr
    home.target_dir.mkdir(parents=True, exist_ok=True)
    (home.target_dir / "semantic_manifest.json").write_text("{}", "utf-8")
    monkeypatch.setattr(mf, "PYTHON", tmp_path / "none")
    done = CliRunner().invoke(build_cli("en"), arguments)
    assert done.exit_code == 2 and "make metricflow" in done.stderr
