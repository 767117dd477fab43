"""The rules of the house that hang on dbt's manifest: boundary, contracts, grain, labels."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from orchestration.settings import PROJECT_DIR

# metric: figures of several metrics in one column, each in the unit of its own
UNITS = {
    "count", "people", "memberships", "rate", "ratio", "yuan", "days", "seconds", "hours",
    "date", "time", "timestamp", "text", "name", "list", "id", "flag", "score", "metric",
}  # fmt: skip

# What sums up other marts may read them; every other area reads core and seeds.
SUMMARIES = "marts/scorecard/"


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home = tmp_path_factory.mktemp("manifest")
    (home / "build").mkdir()
    dbt = Path(sys.executable).parent / "dbt"
    done = subprocess.run(
        [
            str(dbt),
            "--warn-error",
            "parse",
            "--project-dir",
            str(PROJECT_DIR),
            "--profiles-dir",
            str(PROJECT_DIR),
            "--target-path",
            str(home / "target"),
            "--log-path",
            str(home / "logs"),
        ],
        env={**os.environ, "SHEQUN_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    manifest: dict[str, Any] = json.loads((home / "target" / "manifest.json").read_text(encoding="utf-8"))
    return manifest


def _models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def _published(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in _models(manifest) if node["path"].startswith("marts/")]


def test_every_model_states_its_grain(manifest: dict[str, Any]) -> None:
    silent = [node["name"] for node in _models(manifest) if not node["description"].startswith("One row per")]
    assert silent == []


def test_area_marts_read_core_and_seeds_and_summaries_other_marts(manifest: dict[str, Any]) -> None:
    crossings = []
    for node in _published(manifest):
        if node["path"].startswith("marts/core/"):
            continue
        for parent_id in node["depends_on"]["nodes"]:
            parent = manifest["nodes"].get(parent_id) or manifest["sources"][parent_id]
            allowed = (
                parent["resource_type"] == "seed"
                or parent["path"].startswith("marts/core/")
                or (node["path"].startswith(SUMMARIES) and parent["path"].startswith("marts/"))
            )
            if not allowed:
                crossings.append(f"{node['name']} reads {parent['name']}")
    assert crossings == []


def test_every_published_model_has_a_contract(manifest: dict[str, Any]) -> None:
    assert [node["name"] for node in _published(manifest) if not node["config"]["contract"]["enforced"]] == []


def test_every_published_column_is_described(manifest: dict[str, Any]) -> None:
    gaps = []
    for node in _published(manifest):
        for column in node["columns"].values():
            meta = column["config"].get("meta", {})
            if not column["description"].strip():
                gaps.append(f"{node['name']}.{column['name']}: description")
            if not any("\u4e00" <= char <= "\u9fff" for char in meta.get("label_zh", "")):
                gaps.append(f"{node['name']}.{column['name']}: label_zh")
            if meta.get("unit") not in UNITS:
                gaps.append(f"{node['name']}.{column['name']}: unit {meta.get('unit')}")
    assert gaps == []


def test_labels_are_unique_within_a_model(manifest: dict[str, Any]) -> None:
    doubles = []
    for node in _published(manifest):
        labels = [column["config"]["meta"].get("label_zh") for column in node["columns"].values()]
        doubles += [f"{node['name']}: {label}" for label in set(labels) if labels.count(label) > 1]
    assert doubles == []


def test_every_published_model_is_tested(manifest: dict[str, Any]) -> None:
    tested = {
        parent
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        for parent in node["depends_on"]["nodes"]
    }
    untested = [node["name"] for node in _published(manifest) if node["unique_id"] not in tested]
    assert untested == []
