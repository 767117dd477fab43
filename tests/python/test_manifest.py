"""The rules of the house that hang on dbt's manifest: conventions, grain, labels."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from test_golden import TABLES

from orchestration import metric_pages
from orchestration.explaining.recipes import load_recipes
from orchestration.landing.catalogue import load_catalogue
from orchestration.quality.published_suite import UNBOUNDED_RATES
from orchestration.settings import PROJECT_DIR

# metric: figures of several metrics in one column, each in the unit of its own
UNITS = {
    "count", "people", "memberships", "rate", "ratio", "yuan", "days", "seconds", "hours",
    "date", "time", "timestamp", "text", "name", "list", "id", "flag", "score", "metric",
}  # fmt: skip

# The blocks of mart_community_kpi share its grain on purpose, and the days of scopes (decision D10).
BLOCKS = ("intermediate/scopes/blocks", "marts/core/scopes")
CONVENTIONS = PROJECT_DIR / "tests" / "lint" / "dbt-bouncer.yml"


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose `target` holds the manifest."""
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
    return home


@pytest.fixture(scope="module")
def manifest(parsed: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((parsed / "target" / "manifest.json").read_text(encoding="utf-8"))
    return manifest


def _models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def _published(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in _models(manifest) if node["path"].startswith("marts/")]


def test_models_keep_to_the_conventions(parsed: Path) -> None:
    results = parsed / "conventions.json"
    done = subprocess.run(
        [
            str(Path(sys.executable).parent / "dbt-bouncer"),
            "run",
            f"--config-file={CONVENTIONS}",
            f"--output-file={results}",
            "--output-format=json",
        ],
        env={**os.environ, "DBT_PROJECT_DIR": str(parsed)},
        capture_output=True,
        text=True,
        check=False,
    )
    checks = json.loads(results.read_text(encoding="utf-8"))
    broken = [
        f"{check['check_run_id']}: {check['failure_message']}"
        for check in checks
        if check["outcome"] != "success"
    ]
    assert broken == []
    assert done.returncode == 0 and len(checks) > 1000, done.stdout


def test_no_two_models_have_one_grain(manifest: dict[str, Any]) -> None:
    """A description opens with the grain; two models of a folder that open alike hold the same rows."""
    grains: dict[tuple[str, str], list[str]] = {}
    for node in _models(manifest):
        folder = str(Path(node["path"]).parent)
        grain = re.split(r"[.:;]", " ".join(node["description"].split()))[0].casefold()
        if folder not in BLOCKS:
            grains.setdefault((folder, grain), []).append(node["name"])
    assert {grain: names for grain, names in grains.items() if len(names) > 1} == {}


def test_row_rules_bear_the_name_of_their_model(manifest: dict[str, Any]) -> None:
    """One test a model, so that it costs one start; under a name that stays when its rules change."""
    names = {node["unique_id"]: node["name"] for node in manifest["nodes"].values()}
    rules = [node for node in manifest["nodes"].values() if _rule_arguments(node)]
    assert {node["name"] for node in rules} == {f"row_rules_{names[node['attached_node']]}" for node in rules}
    assert len({node["attached_node"] for node in rules}) == len(rules) > 100
    kinds = {(node.get("test_metadata") or {}).get("name") for node in manifest["nodes"].values()}
    assert not kinds & {"not_null", "unique", "accepted_values"}, "these are rules of row_rules"


def test_every_published_model_has_a_grain(manifest: dict[str, Any]) -> None:
    assert [node["name"] for node in _published(manifest) if not metric_pages.grain(manifest, node)] == []


def test_row_rules_name_columns_of_their_model(manifest: dict[str, Any]) -> None:
    """A column that is not there breaks the test itself, one that is named twice is looked at twice."""
    faults = []
    for test in manifest["nodes"].values():
        rules = _rule_arguments(test)
        columns = manifest["nodes"][test["attached_node"]]["columns"] if rules else {}
        for rule, given in rules.items():
            named = {name for item in given for name in ([item] if isinstance(item, str) else item)}
            if (columns and named - set(columns)) or len(given) != len(set(map(str, given))):
                faults.append(f"{test['name']}: {rule}")
    assert faults == []


def test_every_model_belongs_to_the_group_of_its_folder(manifest: dict[str, Any]) -> None:
    folders = {node["name"]: node["path"].split("/") for node in _models(manifest)}
    expected = {name: path[1] if path[0] == "marts" else "landing" for name, path in folders.items()}
    assert {node["name"]: node["group"] for node in _models(manifest)} == expected


def test_staging_reads_its_own_system_alone(manifest: dict[str, Any]) -> None:
    foreign = []
    for model in _models(manifest):
        layer, system, *_ = model["path"].split("/")
        for upstream in model["depends_on"]["nodes"] if layer == "staging" else ():
            node = manifest["nodes"].get(upstream) or manifest["sources"][upstream]
            is_own = node["path"].startswith(f"staging/{system}/") or node["name"].startswith(f"{system}__")
            if not is_own and node["resource_type"] != "seed":
                foreign.append(f"{model['name']} reads {node['name']}")
    assert foreign == []


def test_what_a_system_says_of_an_entity_is_united(manifest: dict[str, Any]) -> None:
    """Every stg_<system>__<entity> is in the list of its int_all_<entity> (or int_accounts), no other."""
    staged: dict[str, set[str]] = {"int_accounts": set()}
    entities = {*load_catalogue().systems["canonical"], "vendor_figures"}
    for node in _models(manifest):
        if node["name"].startswith("stg_"):
            entity = node["name"].split("__", 1)[1]
            if entity == "accounts":
                staged["int_accounts"].add(node["unique_id"])
            elif entity in entities:
                staged.setdefault(f"int_all_{entity}", set()).add(node["unique_id"])
    united = {
        node["name"]: {name for name in node["depends_on"]["nodes"] if ".stg_" in name}
        for node in _models(manifest)
        if node["path"].startswith("intermediate/systems/") or node["name"] == "int_accounts"
    }
    assert united == staged


def test_chinese_table_names_are_unique(manifest: dict[str, Any]) -> None:
    marts = [node for node in _published(manifest) if node["schema"] == "marts"]
    labels = [node["config"]["meta"].get("label_zh") for node in marts]
    assert all(label and "\u4e00" <= label[-1] <= "\u9fff" for label in labels)
    assert sorted(set(labels)) == sorted(labels)


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


def test_a_rate_that_may_pass_one_bears_the_unit_ratio(manifest: dict[str, Any]) -> None:
    """What the labels call a share is audited as one; what they call a ratio never holds back publication."""
    faults = [
        f"{node['name']}.{name}"
        for node in _published(manifest)
        if node["schema"] == "marts"
        for name, column in node["columns"].items()
        if name.endswith("_rate") and not name.endswith("change_rate")
        if (column["config"]["meta"]["unit"] == "ratio")
        != bool({name, f"{node['name']}.{name}"} & UNBOUNDED_RATES.keys())
    ]
    assert faults == []


# The catalogue of metrics and the pages made from it.


@pytest.mark.parametrize("lang", metric_pages.PAGES)
def test_the_pages_of_metrics_are_in_step(manifest: dict[str, Any], lang: str) -> None:
    written = metric_pages.PAGES[lang].read_text(encoding="utf-8")
    current = metric_pages.page(lang, metric_pages.read_catalogue(), manifest)
    assert written == current, "run .venv/bin/python -m orchestration.metric_pages"


def test_every_description_has_its_chinese(manifest: dict[str, Any]) -> None:
    needed = metric_pages.descriptions(metric_pages.read_catalogue(), manifest)
    known = set(metric_pages.chinese())
    assert needed - known == set(), "say these in Chinese in orchestration/metric_pages.zh.yml"
    assert known - needed == set(), "nothing is described so any more"


@pytest.mark.parametrize("lang", metric_pages.PAGES)
def test_every_published_column_is_on_the_pages(manifest: dict[str, Any], lang: str) -> None:
    text = metric_pages.PAGES[lang].read_text(encoding="utf-8")
    sections = {part.split()[0]: part for part in re.split(r"^### ", text, flags=re.MULTILINE)[1:]}
    missing = [
        f"{node['name']}.{name}"
        for node in _published(manifest)
        for name in node["columns"]
        if f"\n| `{name}` |" not in sections.get(node["name"], "")
    ]
    assert missing == []
    assert all(f"`{metric['metric_id']}` |" in text for metric in metric_pages.read_catalogue())


def test_every_metric_has_a_live_and_tested_column(manifest: dict[str, Any]) -> None:
    """Tested: the reference computes its table a second time, or a dbt test names it, beyond not_null."""
    live = {(node["name"], column) for node in _published(manifest) for column in node["columns"]}
    tested = _tested_columns(manifest)
    metrics = metric_pages.read_catalogue()
    gaps = []
    for metric in metrics:
        place = (metric["mart"], metric["column_name"])
        if place not in live:
            gaps.append(f"{metric['metric_id']}: {place} is not there")
        elif metric["mart"] not in TABLES and place not in tested:
            gaps.append(f"{metric['metric_id']}: {place} is not tested")
    assert gaps == []


def _tested_columns(manifest: dict[str, Any]) -> set[tuple[str, str]]:
    names = {node["unique_id"]: node["name"] for node in _models(manifest)}
    tested = set()
    for test in manifest["nodes"].values():
        if test.get("attached_node") in names:
            rules = {rule: given for rule, given in _rule_arguments(test).items() if rule != "not_null"}
            columns = [test.get("column_name"), *(column for given in rules.values() for column in given)]
            tested |= {
                (names[test["attached_node"]], column) for column in columns if isinstance(column, str)
            }
    for test in manifest["unit_tests"].values():
        for row in test["expect"]["rows"] or []:
            tested |= {(test["model"], column) for column in row}
    return tested


def _rule_arguments(node: dict[str, Any]) -> dict[str, Any]:
    """Rules of a test row_rules: lists of columns, for accepted_values values by column; empty for others."""
    of_test = node.get("test_metadata") or {}
    if of_test.get("name") != "row_rules":
        return {}
    return {rule: given for rule, given in of_test["kwargs"].items() if rule not in ("model", "column_name")}


def test_the_sources_say_what_each_export_becomes(manifest: dict[str, Any]) -> None:
    found: dict[str, list[str]] = {}
    for node in _models(manifest):
        system, _, name = node["name"].removeprefix("stg_").partition("__")
        if node["name"].startswith("stg_") and system != "canonical":
            for table in _raw_tables(manifest, node["unique_id"]):
                found.setdefault(table, []).append(name)
    said = {entity.table: list(entity.becomes) for entity in load_catalogue().entities if entity.becomes}
    assert said == {table: sorted(names) for table, names in found.items()}


def _raw_tables(manifest: dict[str, Any], node: str) -> set[str]:
    """The raw tables that a node reads, by whatever way."""
    if node.startswith("source."):
        return {manifest["sources"][node]["name"]}
    return {table for parent in manifest["parent_map"][node] for table in _raw_tables(manifest, parent)}


def test_recipes_of_explain_know_the_grain(manifest: dict[str, Any]) -> None:
    grains = {node["name"]: metric_pages.grain(manifest, node) for node in _published(manifest)}
    assert {name: list(recipe.grain) for name, recipe in load_recipes().items()} == {
        name: grains[name] for name in load_recipes()
    }


def test_the_catalogue_holds_its_hundred_metrics() -> None:
    metrics = metric_pages.read_catalogue()
    assert len(metrics) == 100
    for metric in metrics:
        assert all(metric.values()), metric["metric_id"]
        for name, text in metric.items():
            if name.endswith("_zh"):
                assert re.search(r"[\u4e00-\u9fff]|RFM", text), (metric["metric_id"], name)
