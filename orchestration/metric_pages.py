"""Writes `docs/metrics.md` and `docs/metrics.zh-CN.md` from the metric catalogue and dbt's manifest.

Descriptions of tables and columns have their Chinese in `metric_pages.zh.yml`; a metric's own formula in
Chinese stands for the description of its column.

Run it as `python -m orchestration.metric_pages`.
"""

from __future__ import annotations

import csv
import json
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from orchestration.building.results import Manifest
from orchestration.child import child_command, child_environment
from orchestration.messages import say
from orchestration.settings import PROJECT_DIR

CATALOGUE = PROJECT_DIR / "seeds" / "metric_definitions.csv"
PAGES = {"en": PROJECT_DIR / "docs" / "metrics.md", "zh": PROJECT_DIR / "docs" / "metrics.zh-CN.md"}
CHINESE = Path(__file__).with_suffix(".zh.yml")
SCHEMAS = ("marts", "core")
STAGES = ("acquisition", "activation", "retention", "revenue", "referral", "service")

Node = dict[str, Any]


def page(lang: str, metrics: list[dict[str, str]], manifest: dict[str, Any]) -> str:
    """The page in one language, Markdown."""
    parts = [say("metrics.head", lang, metrics=len(metrics)), f"## {say('metrics.metrics', lang)}"]
    for stage in STAGES:
        chosen = [metric for metric in metrics if metric["stage"] == stage]
        parts.append(f"### {say(f'metrics.stage.{stage}', lang)}\n\n{_metric_table(lang, chosen)}")
    formulas = _formulas(metrics)
    for schema in SCHEMAS:
        parts.append(f"## {say(f'metrics.{schema}', lang)}")
        parts += [_table_section(lang, node, manifest, formulas) for node in published(manifest, schema)]
    return "\n\n".join(parts) + "\n"


@cache
def chinese() -> dict[str, str]:
    """Descriptions in Chinese, by the English ones."""
    texts: dict[str, str] = yaml.safe_load(CHINESE.read_text(encoding="utf-8"))
    return texts


def descriptions(metrics: list[dict[str, str]], manifest: dict[str, Any]) -> set[str]:
    """What the Chinese page needs the Chinese of."""
    formulas, found = _formulas(metrics), set()
    for schema in SCHEMAS:
        for node in published(manifest, schema):
            found.add(_one_line(node["description"]))
            found |= {
                _one_line(column["description"])
                for column in node["columns"].values()
                if (node["name"], column["name"]) not in formulas
            }
    return found


def _formulas(metrics: list[dict[str, str]]) -> dict[tuple[str, str], str]:
    return {(metric["mart"], metric["column_name"]): metric["formula_zh"] for metric in metrics}


def _described(lang: str, text: str) -> str:
    text = _one_line(text)
    return chinese().get(text, text) if lang == "zh" else text


def published(manifest: dict[str, Any], schema: str) -> list[Node]:
    """The models of a published schema, by name."""
    models = (node for node in manifest["nodes"].values() if node["resource_type"] == "model")
    return sorted((node for node in models if node["schema"] == schema), key=lambda node: str(node["name"]))


def grain(manifest: dict[str, Any], node: Node) -> list[str]:
    """The columns that name a row."""
    return next(iter(Manifest(manifest).keys(node["unique_id"])), [])


def _metric_table(lang: str, metrics: list[dict[str, str]]) -> str:
    rows = [_metric_row(lang, metric) for metric in metrics]
    return _markdown_table(say("metrics.metric_columns", lang), rows)


def _metric_row(lang: str, metric: dict[str, str]) -> list[str]:
    suffix = "_zh" if lang == "zh" else ""
    names = (metric["label_zh"], metric["label_en"])
    first, second = names if lang == "zh" else reversed(names)
    return [
        f"**{first}**<br>{second}<br>`{metric['metric_id']}`",
        metric[f"formula{suffix}"],
        metric[f"decision{suffix}"],
        f"`{metric['mart']}.{metric['column_name']}`",
        f"{say('metrics.unit.' + metric['unit'], lang)}, {say('metrics.better.' + metric['better'], lang)}",
        metric[f"reference{suffix}"],
    ]


def _table_section(
    lang: str, node: Node, manifest: dict[str, Any], formulas: dict[tuple[str, str], str]
) -> str:
    label = node["config"].get("meta", {}).get("label_zh")
    title = f"### {node['name']}" + (f" {label}" if label else "")
    key = ", ".join(f"`{name}`" for name in grain(manifest, node))
    parts = [
        title,
        _described(lang, node["description"]),
        f"{say('metrics.grain', lang)}: {key}" if key else "",
    ]
    rows = [_column_row(lang, node["name"], column, formulas) for column in node["columns"].values()]
    parts.append(_markdown_table(say("metrics.table_columns", lang), rows))
    return "\n\n".join(part for part in parts if part)


def _column_row(
    lang: str, mart: str, column: dict[str, Any], formulas: dict[tuple[str, str], str]
) -> list[str]:
    meta = column["config"].get("meta", {})
    meaning = _described(lang, column["description"])
    if lang == "zh":
        meaning = formulas.get((mart, column["name"]), meaning)
    unit = say(f"metrics.unit.{meta['unit']}", lang)
    return [f"`{column['name']}`", meta["label_zh"], unit, f"`{column['data_type']}`", meaning]


def _markdown_table(header: str, rows: list[list[str]]) -> str:
    titles = header.split("|")
    lines = [titles, ["---"] * len(titles), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def read_catalogue() -> list[dict[str, str]]:
    """The rows of the metric catalogue's seed."""
    with CATALOGUE.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def parse_project() -> dict[str, Any]:
    """dbt's manifest of the project as it stands, from a home of its own that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="shequn-pages-") as home:
        (Path(home) / "build").mkdir()
        places = ["--project-dir", str(PROJECT_DIR), "--profiles-dir", str(PROJECT_DIR)]
        places += ["--target-path", f"{home}/target", "--log-path", f"{home}/logs"]
        command = child_command("dbt.cli.main", ["--quiet", "parse", *places])
        environment = child_environment(SHEQUN_HOME=home, DBT_SEND_ANONYMOUS_USAGE_STATS="false")
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stdout or done.stderr)
        manifest: dict[str, Any] = json.loads((Path(home) / "target" / "manifest.json").read_text("utf-8"))
        return manifest


def write_pages() -> list[Path]:
    """Write both pages and give their paths."""
    metrics, manifest = read_catalogue(), parse_project()
    for lang, path in PAGES.items():
        path.write_text(page(lang, metrics, manifest), encoding="utf-8")
    return list(PAGES.values())


if __name__ == "__main__":
    for written in write_pages():
        print(written.relative_to(PROJECT_DIR))
