"""Stands in for dbt's `graph` while sqlfluff renders models: the columns that the models' YAML declares."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml


@cache
def _declared_models() -> dict[str, dict[str, dict[str, Any]]]:
    """Unique id to {columns: {name: column}}, as in dbt's manifest, for every model of the project."""
    found = {}
    for path in sorted(Path("models").rglob("*.yml")):
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or {}
        for model in document.get("models", []):
            columns = {column["name"]: SimpleNamespace(**column) for column in model.get("columns", [])}
            found[f"model.shequn.{model['name']}"] = {"columns": columns}
    return found


def __getattr__(name: str) -> Any:
    """`nodes`, read only where a model asks: sqlfluff loads this module anew for every file."""
    if name == "nodes":
        return _declared_models()
    raise AttributeError(name)
