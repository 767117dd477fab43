"""Stands in for dbt's `graph` while sqlfluff renders models: the columns that the models' YAML declares."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml


def _declared_models() -> dict[str, dict[str, dict[str, Any]]]:
    """Unique id to {columns: {name: column}}, as in dbt's manifest, for every model of the project."""
    found = {}
    for path in sorted(Path("models").rglob("*.yml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        for model in document.get("models", []):
            columns = {column["name"]: SimpleNamespace(**column) for column in model.get("columns", [])}
            found[f"model.shequn.{model['name']}"] = {"columns": columns}
    return found


nodes = _declared_models()
