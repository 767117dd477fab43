"""What the models say of the published tables: Chinese names, and by which column their rows are dated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from orchestration.settings import PROJECT_DIR
from orchestration.yaml_files import load_yaml

_DOC = re.compile(r"\{\{ doc\('(\w+)'\) \}\}")
_DOCS = re.compile(r"\{% docs (\w+) %\}(.*?)\{% enddocs %\}", re.DOTALL)


@dataclass(frozen=True)
class Said:
    """What a model's YAML says of its table.

    Attributes:
        label_zh: The table's Chinese name; None where it has none, as much of `core`.
        description: What a row is.
        grain: The columns that name a row.
        labels: The columns' Chinese names, by name.
        units: The columns' units, as `metrics.unit.*` words them, by name.
        descriptions: What the columns hold, by name.
        dated_by: The column that says which day or period a row is of (`meta.dated_by`, else the date in the
            grain); None where rows are of no day, as in a table of members.
    """

    label_zh: str | None = None
    description: str = ""
    grain: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    dated_by: str | None = None

    def label(self, column: str) -> str:
        """The Chinese name of a column, or the name itself where nobody gave one."""
        return self.labels.get(column, column)


@cache
def said_of_tables() -> dict[str, Said]:
    """What is said of each published table, by name."""
    folder = PROJECT_DIR / "models" / "marts"
    docs = {
        name: text
        for path in sorted((PROJECT_DIR / "models").rglob("*.md"))
        for name, text in _DOCS.findall(path.read_text(encoding="utf-8"))
    }
    return {
        model["name"]: _said(model, docs)
        for path in sorted(folder.rglob("_*__models.yml"))
        for model in load_yaml(path.read_bytes()).get("models", ())
    }


def _said(model: dict[str, Any], docs: dict[str, str]) -> Said:
    meta = model.get("config", {}).get("meta", {})
    dates = {column["name"] for column in model["columns"] if column["data_type"] == "date"}
    grain = _grain(model)
    return Said(
        meta.get("label_zh"),
        _plain(model["description"], docs),
        grain,
        {column["name"]: column["config"]["meta"]["label_zh"] for column in model["columns"]},
        {column["name"]: column["config"]["meta"]["unit"] for column in model["columns"]},
        {column["name"]: _plain(column["description"], docs) for column in model["columns"]},
        meta.get("dated_by") or next((name for name in grain if name in dates), None),
    )


def _grain(model: dict[str, Any]) -> tuple[str, ...]:
    tests = (test for test in model.get("data_tests", ()) if isinstance(test, dict))
    found = (test["row_rules"]["arguments"].get("grain", ()) for test in tests if "row_rules" in test)
    return tuple(next(found, ()))


def _plain(text: str, docs: dict[str, str]) -> str:
    """A description on one line, its docs blocks filled in."""
    return " ".join(_DOC.sub(lambda match: docs[match[1]], text).split())
