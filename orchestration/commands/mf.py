"""`shequn mf`: metrics by name and dimension, through MetricFlow, of the published version."""

from __future__ import annotations

import csv
import json
import subprocess
from pathlib import Path

import yaml

from orchestration.child import child_environment
from orchestration.commands.frame import Context
from orchestration.errors import EXIT_FAILURE, EXIT_OK, EXIT_USAGE, ShequnError
from orchestration.metric_pages import CATALOGUE
from orchestration.serving.version import version_to_read
from orchestration.settings import PROJECT_DIR, Settings

# An environment of its own: what answers a question now and then need not be beside what builds.
PYTHON = PROJECT_DIR / ".venv-metricflow" / "bin" / "python"


def mf_command(context: Context, settings: Settings, arguments: tuple[str, ...]) -> int:
    """Hand `arguments` to MetricFlow.

    Raises:
        ShequnError: nothing published, nothing built here, or MetricFlow not installed (exit 2).
    """
    _, path = version_to_read(settings)
    built = settings.target_dir / "semantic_manifest.json"
    if not built.exists():
        raise ShequnError("serving.mf_not_built", EXIT_USAGE)
    if not PYTHON.exists():
        raise ShequnError("serving.no_mf", EXIT_USAGE)
    project = _write_project(settings.home / "metricflow", path, built, context.lang)
    environment = child_environment(
        DBT_PROJECT_DIR=str(project),
        DBT_PROFILES_DIR=str(project),
        DBT_LOG_PATH=str(project / "logs"),
        DBT_SEND_ANONYMOUS_USAGE_STATS="false",
    )
    command = [str(PYTHON), "-m", "orchestration.metricflow", *arguments]
    ended = subprocess.run(command, env=environment, check=False)
    return EXIT_OK if ended.returncode == 0 else EXIT_FAILURE


def _write_project(folder: Path, database: Path, built: Path, lang: str) -> Path:
    """What MetricFlow takes for a dbt project: the published file, and what the build says of metrics."""
    (folder / "target").mkdir(mode=0o700, parents=True, exist_ok=True)
    output = {
        "type": "duckdb",
        "path": ":memory:",
        "attach": [{"path": str(database), "alias": "shequn", "read_only": True}],
        "settings": {"enable_external_access": False},
        "schema": "main",
        "threads": 1,
    }
    documents = {
        "dbt_project.yml": {"name": "shequn", "version": "1.0.0", "profile": "shequn"},
        "profiles.yml": {"shequn": {"target": "published", "outputs": {"published": output}}},
    }
    for name, document in documents.items():
        (folder / name).write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
    semantics = _in_words(json.loads(built.read_text("utf-8")), lang)
    (folder / "target" / built.name).write_text(json.dumps(semantics, ensure_ascii=False), "utf-8")
    return folder


def _in_words(semantics: dict[str, list[dict[str, str]]], lang: str) -> dict[str, list[dict[str, str]]]:
    """Metrics with the names and definitions of the catalogue."""
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        catalogue = {row["metric_id"]: row for row in csv.DictReader(file)}
    for metric in semantics["metrics"]:
        if row := catalogue.get(metric["name"]):
            metric["label"] = row[f"label_{lang}"]
            metric["description"] = row["formula_zh" if lang == "zh" else "formula"]
    return semantics
